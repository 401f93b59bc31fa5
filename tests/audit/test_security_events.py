"""Logins and what concerns security: entries, log lines with stable names, and never a secret."""

import ast
import json
from pathlib import Path

import pytest
import structlog
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit import security
from audit.kinds import Action, Kind
from audit.models import Entry
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ROOT = Path(__file__).parents[2]
LOGIN = "/account/login/"
# The names that a SIEM knows: one that goes or changes breaks what others built on it.
NAMES = {
    "security.address_changed",
    "security.bank_account_changed",
    "security.codes_changed",
    "security.connection_switched",
    "security.exported",
    "security.factor_added",
    "security.factor_removed",
    "security.login",
    "security.login_failed",
    "security.logout",
    "security.member_added",
    "security.member_deactivated",
    "security.password_changed",
    "security.recovery_codes_made",
    "security.refused",
    "security.rights_changed",
    "security.second_factor_required",
    "security.sessions_ended",
}


def names_in_code() -> set[str]:
    """Return the events that some call of `log_event` names, also as one of two."""
    found = set()
    for path in ROOT.glob("*/**/*.py"):
        if path.relative_to(ROOT).parts[0] in ("tests", ".venv"):
            continue
        if "log_event" not in (code := path.read_text()):
            continue
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Constant) and str(node.value).startswith("security."):
                found.add(node.value)
    return found


def test_the_registry_of_events_is_complete_and_stable():
    documented = (ROOT / "docs" / "security.md").read_text()

    assert set(security.EVENTS) == NAMES
    assert names_in_code() == NAMES
    assert [name for name in NAMES if f"`{name}`" not in documented] == []


def test_an_unknown_event_is_refused():
    with pytest.raises(KeyError):
        security.log_event("security.weather")


def events(lines: list) -> list[str]:
    return [line["event"] for line in lines if line["event"].startswith("security.")]


def logged_in(user, password=PASSWORD) -> Client:
    client = Client(REMOTE_ADDR="10.0.4.21", headers={"user-agent": "Mozilla Firefox/130 Linux"})
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def test_a_login_and_a_logout_are_recorded_with_address_and_browser(administrator):
    with structlog.testing.capture_logs() as lines:
        client = logged_in(administrator.user)
        client.post(reverse("account_logout"))

    first, last = Entry.objects.order_by("pk")
    assert (first.kind, first.action) == (Kind.LOGIN, Action.LOGGED_IN)
    assert (last.kind, last.action) == (Kind.LOGIN, Action.LOGGED_OUT)
    assert {one.user for one in (first, last)} == {administrator.user}
    assert first.address == "10.0.4.21"
    assert "Firefox" in first.user_agent
    assert first.retention == "logins"
    assert events(lines) == ["security.login", "security.logout"]


def test_the_address_is_that_which_the_outermost_proxy_of_ours_saw(administrator, settings):
    settings.TRUSTED_PROXIES = 1
    client = Client(headers={"x-forwarded-for": "6.6.6.6, 203.0.113.7"})
    client.post(LOGIN, {"login": administrator.user.email, "password": PASSWORD})

    assert Entry.objects.get().address == "203.0.113.7"


def test_a_wrong_password_is_recorded_where_the_person_works_and_nowhere_else(administrator):
    factories.create_membership(user=administrator.user, is_active=False)
    with structlog.testing.capture_logs() as lines:
        logged_in(administrator.user, password="guess-canary")
        Client().post(LOGIN, {"login": "nobody@example.nl", "password": "guess-canary"})

    (only,) = Entry.objects.all()
    assert (only.organisation, only.action) == (administrator.organisation, Action.LOGIN_FAILED)
    assert only.user_id == administrator.user_id
    assert events(lines) == ["security.login_failed", "security.login_failed"]
    assert "nobody@example.nl" not in json.dumps(lines, default=str)
    assert "guess-canary" not in json.dumps(lines, default=str)


def test_a_new_password_is_recorded_without_it(administrator):
    client = logged_in(administrator.user)
    new = "seven blue whales canary"
    with structlog.testing.capture_logs() as lines:
        client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )

    entry = Entry.objects.filter(kind=Kind.ACCESS).get()
    assert entry.changes == {"password": ["••••••", "••••••"]}
    assert "security.password_changed" in events(lines)
    assert new not in json.dumps(lines, default=str)


def test_a_page_that_is_refused_is_logged(client_of, organisation):
    employee = factories.create_membership(organisation=organisation, role=Role.EMPLOYEE)
    client = client_of(employee)
    with structlog.testing.capture_logs() as lines:
        assert client.get("/settings/audit-log/").status_code == 403

    (line,) = [one for one in lines if one["event"] == "security.refused"]
    assert (line["user"], line["page"]) == (employee.user_id, "audit:entry-list")


def test_no_entry_holds_a_secret(inside, organisation, eboekhouden, administrator):
    """Codes, passwords and links of an invitation go through; none of them is kept."""
    codes = eboekhouden.security_code_1, eboekhouden.security_code_2
    inside.post(reverse("integrations:eboekhouden-activate"))
    typed = {"username": eboekhouden.username, "code_1": codes[0], "code_2": codes[1]}
    inside.post(reverse("integrations:eboekhouden-test"), typed)
    inside.post(
        reverse("accounts:employee-add"),
        {
            "first_name": "Noor",
            "last_name": "Smit",
            "email": "noor@example.nl",
            "language": "en",
            "role": Role.EMPLOYEE,
        },
    )
    logged_in(administrator.user, password="wrong-canary")

    kept = json.dumps(list(Entry.objects.values()), default=str)
    changed = Entry.objects.filter(kind=Kind.CONNECTION, action=Action.CHANGED).latest("pk")
    assert changed.changes["sealed_code_2"] == ["", "••••••"]
    assert "Noor" in kept
    connection = organisation.connection
    secrets = [*codes, PASSWORD, "wrong-canary", connection.sealed_code_1, "/password/reset/key/"]
    assert [one for one in secrets if one in kept] == []
