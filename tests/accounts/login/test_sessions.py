"""Sessions that ended leave nothing behind; the others are shown in words."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.login.browsers import browser_in_words
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


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
         "Firefox on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/143.0.0.0 Safari/537.36 "
         "Edg/143.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/143.0.0.0 Safari/537.36",
         "Chrome on Linux"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/143.0.0.0 Mobile Safari/537.36",
         "Chrome on Android"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/29.0 Chrome/136.0.0.0 "
         "Mobile Safari/537.36", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/26.1 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) CriOS/143.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/143.0.0.0 Safari/537.36",
         "Chrome on ChromeOS"),
        ("Firefox", "Firefox"),
        ("curl/8.14.1", "curl/8.14.1"),
        ("x" * 200, "x" * 60),
        ("", "unknown browser"),
    ],
)  # fmt: skip
def test_a_browser_is_shown_in_words(user_agent, shown):
    assert browser_in_words(user_agent) == shown
