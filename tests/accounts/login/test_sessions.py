"""Sessions that ended leave nothing behind; the others are shown in words."""

import datetime
from unittest.mock import patch

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.login import session_store
from accounts.login.browsers import browser_in_words
from accounts.middleware import LOGIN_KEY
from accounts.tasks import purge_sessions
from tests import factories

pytestmark = pytest.mark.django_db

PROFILE = "/profile/"
MINUTE = datetime.timedelta(minutes=1)


def hours(number):
    return datetime.timedelta(hours=number)


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


# --- When a session ends --------------------------------------------------------------------------


def logged_in() -> tuple[Client, Session]:
    client = Client()
    client.force_login(factories.create_membership().user)
    return client, Session.objects.get(pk=client.session.session_key)


def move(client, row, *, used=datetime.timedelta(), login=datetime.timedelta()):
    """Let the last use and the login be so long ago."""
    session = client.session
    session[LOGIN_KEY] -= login.total_seconds()
    session.save()
    Session.objects.filter(pk=row.pk).update(expire_date=row.expire_date - used)


def is_inside(client) -> bool:
    return client.get(PROFILE).status_code == 200


@pytest.mark.parametrize(("used", "is_still_inside"), [(hours(7.9), True), (hours(8.1), False)])
def test_a_session_ends_when_it_is_not_used(used, is_still_inside):
    client, row = logged_in()
    move(client, row, used=used)

    assert is_inside(client) is is_still_inside


def test_use_moves_the_end_for_inactivity():
    client, row = logged_in()
    move(client, row, used=hours(7))

    client.get(PROFILE)

    row.refresh_from_db()
    assert abs(row.expire_date - timezone.now() - hours(8)) < MINUTE


@override_settings(SESSION_IDLE_MINUTES=30)
def test_the_time_without_use_is_a_setting():
    _client, row = logged_in()

    assert abs(row.expire_date - timezone.now() - hours(0.5)) < MINUTE


def test_use_within_minutes_writes_nothing():
    client, row = logged_in()
    move(client, row, used=4 * MINUTE)

    with CaptureQueriesContext(connection) as queries:
        client.get(PROFILE)

    assert [one for one in queries if "UPDATE" in one["sql"] and "session" in one["sql"]] == []


def test_neither_use_nor_what_is_stored_makes_a_session_longer_than_twelve_hours():
    client, row = logged_in()
    move(client, row, login=hours(11))
    for page in ("accounts:profile", "registrations:hours"):
        client.get(reverse(page))
    session = client.session
    session["stored"] = "by an action"
    session.save()

    row.refresh_from_db()
    assert abs(row.expire_date - timezone.now() - hours(1)) < MINUTE
    move(client, row, used=hours(1.1))
    assert not is_inside(client)


def test_a_session_of_an_earlier_version_ends_twelve_hours_after_its_login():
    client, row = logged_in()
    move(client, row, login=hours(13), used=-hours(4))
    client.get(PROFILE)

    assert not is_inside(client)


def test_what_another_request_stored_stays_when_the_end_moves():
    client, row = logged_in()
    move(client, row, used=hours(1))
    mine = session_store.SessionStore(row.pk)
    assert "stored" not in mine
    session = client.session
    session["stored"] = "meanwhile"
    session.save()

    mine.note_use(now=timezone.now() + hours(1))

    assert client.session["stored"] == "meanwhile"


def test_a_database_that_refuses_to_write_still_shows_the_page():
    client, row = logged_in()
    move(client, row, used=hours(1))

    with patch.object(QuerySet, "update", side_effect=OperationalError("read-only")):
        assert is_inside(client)


# --- Browsers -------------------------------------------------------------------------------------


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
