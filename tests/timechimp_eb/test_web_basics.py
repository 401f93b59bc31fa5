"""What a browser and a password may expect of every website; docs/asvs.md refers to these."""

import re
from importlib import import_module

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LONG = "a very long sentence of mine, " * 4 + "ends here"


def log_in(client: Client, member: Membership, password: str, **address: str):
    answer = {"login": member.user.email, "password": password, **address}
    return client.post(reverse("account_login"), answer, secure=True)


@pytest.mark.parametrize(
    "path", ["/account/login/", "/", "/no-such-page/", "/livez", "/theme/6559d2.css"]
)
def test_every_answer_tells_the_browser_to_be_careful(
    administrator: Membership, settings: Settings, path: str
) -> None:
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    answer = Client().get(path, secure=True)
    policy = answer["Content-Security-Policy"]

    assert answer.status_code in (200, 302, 404)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Access-Control-Allow-Origin" not in answer
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert re.match(r"(text/(html|css); charset=utf-8|application/json)$", answer["Content-Type"])


def test_logging_in_gives_a_new_session_in_a_guarded_cookie(
    administrator: Membership, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    session = client.session
    session["before"] = "kept"
    session.save()
    planted = session.session_key

    log_in(client, administrator, PASSWORD)

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert len(cookie.value) == 32
    assert cookie.value != planted
    assert not Session.objects.filter(pk=planted).exists()
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["domain"] == ""


def test_a_session_is_of_no_use_after_logging_out(
    administrator: Membership, settings: Settings
) -> None:
    client = Client()
    log_in(client, administrator, PASSWORD)
    stolen = client.cookies[settings.SESSION_COOKIE_NAME].value
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
    assert thief.get(reverse("accounts:profile")).status_code == 200

    client.post(reverse("account_logout"))

    assert thief.get(reverse("accounts:profile")).status_code == 302


@pytest.mark.parametrize(
    "there", ["https://elsewhere.example/", "//elsewhere.example", "javascript:1"]
)
def test_logging_in_leads_to_no_other_site(administrator: Membership, there: str) -> None:
    answer = log_in(Client(), administrator, PASSWORD, next=there)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


def test_a_new_password_needs_the_current_one(inside: Client, administrator: Membership) -> None:
    new = {"password1": LONG, "password2": LONG}
    refused = inside.post(reverse("account_change_password"), {"oldpassword": "wrong", **new})
    administrator.user.refresh_from_db()

    assert refused.status_code == 200
    assert administrator.user.check_password(PASSWORD)

    inside.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})
    administrator.user.refresh_from_db()
    assert administrator.user.check_password(LONG)


def test_a_long_password_counts_to_its_last_character(administrator: Membership) -> None:
    administrator.user.set_password(LONG)
    administrator.user.save()

    assert len(LONG) > 64
    for almost in (LONG[:-1], LONG.upper(), f"{LONG} "):
        assert log_in(Client(), administrator, almost).status_code == 200
    assert log_in(Client(), administrator, LONG).status_code == 302


def test_fields_of_passwords_are_hidden_and_can_be_filled_in(inside: Client) -> None:
    pages = {
        Client().get(reverse("account_login")).content.decode(): 1,
        inside.get(reverse("account_change_password")).content.decode(): 3,
    }
    for page, count in pages.items():
        fields = re.findall(r"<input[^>]*password[^>]*>", page)
        assert len([field for field in fields if 'type="password"' in field]) == count
        assert "onpaste" not in page
        assert all('autocomplete="off"' not in field for field in fields)


def test_passwords_are_stored_by_a_slow_function() -> None:
    # The tests themselves use a fast one.
    assert not hasattr(import_module("timechimp_eb.settings"), "PASSWORD_HASHERS")
    assert PBKDF2PasswordHasher.iterations >= 600_000


@pytest.mark.parametrize("path", ["/account/login/", "/livez", "/"])
def test_trace_repeats_nothing(client: Client, path: str) -> None:
    answer = client.trace(path, headers={"X-Told": "told by the browser"})

    assert b"told by the browser" not in answer.content
    assert answer.get("Content-Type", "") != "message/http"


@pytest.mark.parametrize("path", ["/static/", "/static/js/", "/media/", "/static/../"])
def test_folders_are_not_listed(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
