"""Sessions that ended leave nothing behind."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.tasks import purge_sessions
from tests import factories

pytestmark = pytest.mark.django_db


def session(user, *, expires):
    """Store a session of a browser that ends at this moment."""
    store = SessionStore()
    store.create()
    Session.objects.filter(pk=store.session_key).update(expire_date=expires)
    UserSession.objects.create(
        user=user, session_key=store.session_key, ip="192.0.2.7", user_agent="Firefox"
    )
    return store.session_key


def test_ended_sessions_are_deleted_with_address_and_browser():
    user, hour = factories.create_user(), datetime.timedelta(hours=1)
    living = session(user, expires=timezone.now() + hour)
    session(user, expires=timezone.now() - hour)
    UserSession.objects.create(
        user=user, session_key="logged-out", ip="192.0.2.7", user_agent="Firefox"
    )

    assert purge_sessions() == 2

    assert list(Session.objects.values_list("session_key", flat=True)) == [living]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [living]
