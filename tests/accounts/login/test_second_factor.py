"""A second factor protects the account; who needs one reaches nothing else until it is there."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.login import confirming
from accounts.login.second_factor import MfaAdapter
from accounts.mails import send_waiting
from accounts.middleware import LOGIN_KEY
from accounts.models import Membership, Organisation, Role
from tests.factories import (
    PASSWORD,
    create_connection,
    create_membership,
    create_organisation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def code_of(secret: str) -> str:
    now = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, now))


def require(organisation: Organisation) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(requires_second_factor=True)


def set_up(client: Client) -> str:
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return str(secret)


def log_in(client: Client, membership: Membership) -> Any:
    typed = {"login": membership.user.email, "password": PASSWORD, "next": "/profile/"}
    return client.post(reverse("account_login"), typed)


def long_ago(client: Client) -> None:
    session = client.session
    session[LOGIN_KEY] = timezone.now().timestamp() - confirming.WINDOW - 1
    session.pop(AUTHENTICATION_METHODS_SESSION_KEY, None)
    session.save()


def test_without_the_choice_nothing_is_asked(inside: Client) -> None:
    assert inside.get(reverse("accounts:user-list")).status_code == 200


def test_who_needs_one_is_led_to_set_it_up_and_reaches_nothing_else(
    inside: Client, administrator: Membership
) -> None:
    require(administrator.organisation)

    for page in ("billing:dashboard", "accounts:user-list", "registrations:hours"):
        assert inside.get(reverse(page))["Location"] == reverse("mfa_index")
    assert inside.post(reverse("accounts:logo-remove"))["Location"] == reverse("mfa_index")
    htmx = inside.get(reverse("accounts:user-list"), headers={"HX-Request": "true"})
    assert htmx["HX-Redirect"] == reverse("mfa_index")
    page = inside.get(reverse("mfa_index")).content.decode()
    assert "Your organisation requires a second factor" in page

    set_up(inside)

    assert inside.get(reverse("accounts:user-list")).status_code == 200


@pytest.mark.parametrize(("may_invoice", "status"), [(True, 302), (False, 200)])
def test_it_is_asked_of_who_may_invoice_or_administer(
    client_of: Callable[[Membership], Client], *, may_invoice: bool, status: int
) -> None:
    employee = create_membership(organisation=create_organisation(), may_invoice=may_invoice)
    require(employee.organisation)

    assert client_of(employee).get(reverse("registrations:hours")).status_code == status


def test_logging_in_asks_for_the_code_of_the_app(inside: Client, administrator: Membership) -> None:
    secret = set_up(inside)
    visitor = Client()

    asked = log_in(visitor, administrator)
    assert asked["Location"].startswith(reverse("mfa_authenticate"))
    assert visitor.get(reverse("accounts:profile")).status_code == 302
    wrong = visitor.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    # A code works once: the next one of the clock.
    later = [format_hotp_value(hotp_value(secret, n)) for n in yield_hotp_counters_from_time()]
    for code in later:
        visitor.post(reverse("mfa_authenticate"), {"code": code})

    assert visitor.get(reverse("accounts:profile")).status_code == 200


def test_a_recovery_code_works_once(inside: Client, administrator: Membership) -> None:
    set_up(inside)
    page = inside.get(reverse("mfa_view_recovery_codes")).content.decode()
    code = re.findall(r"<code>(\w+)</code>", page)[0]

    for expected in (200, 302):
        visitor = Client()
        log_in(visitor, administrator)
        visitor.post(reverse("mfa_authenticate"), {"code": code})
        assert visitor.get(reverse("accounts:profile")).status_code == expected


def test_guessing_codes_is_limited(inside: Client, administrator: Membership) -> None:
    set_up(inside)
    visitor = Client()
    log_in(visitor, administrator)

    for number in range(12):
        typed = {"code": f"{number:06}"}
        answer = visitor.post(reverse("mfa_authenticate"), typed)

    assert "This code is not right" not in answer.content.decode()


def test_secrets_are_stored_encrypted(inside: Client, administrator: Membership) -> None:
    secret = set_up(inside)

    stored = [one.data for one in Authenticator.objects.filter(user=administrator.user)]

    assert len(stored) == 2
    assert secret not in str(stored)
    totp = Authenticator.objects.get(type="totp")
    assert MfaAdapter().decrypt(totp.data["secret"]) == secret


def test_the_code_to_scan_is_drawn_in_the_page_and_says_what_it_is(inside: Client) -> None:
    page = inside.get(reverse("mfa_activate_totp")).content.decode()

    assert '<svg role="img"' in page
    assert "<title>Code to scan with the app</title>" in page


def test_the_last_required_factor_is_not_removed(inside: Client, administrator: Membership) -> None:
    set_up(inside)
    require(administrator.organisation)

    answer = inside.post(reverse("mfa_deactivate_totp"))

    assert "requires a second factor" in answer.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_its_pages_are_ours(inside: Client, administrator: Membership, language: str) -> None:
    administrator.user.language = language
    administrator.user.save()
    TOTP.activate(administrator.user, generate_totp_secret())
    names = ("mfa_index", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_deactivate_totp")
    for name in (*names, "mfa_generate_recovery_codes", "usersessions_list"):
        page = inside.get(reverse(name))
        assert page.status_code == 200, name
        assert 'class="card' in page.content.decode(), name


def test_all_other_sessions_are_ended(administrator: Membership) -> None:
    here = Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/145.0")
    other = Client(HTTP_USER_AGENT="Safari")
    for client in (here, other):
        log_in(client, administrator)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert all(
        told in page for told in ("Firefox on Windows", "Safari", "127.0.0.1", "End all others")
    )

    here.post(reverse("usersessions_list"))

    assert other.get(reverse("accounts:profile")).status_code == 302
    assert here.get(reverse("accounts:profile")).status_code == 200


def test_ending_other_sessions_needs_a_recent_confirmation(administrator: Membership) -> None:
    here, other = Client(), Client()
    for client in (here, other):
        log_in(client, administrator)
    long_ago(here)

    answer = here.post(reverse("usersessions_list"), follow=True)

    assert f'href="{reverse("account_reauthenticate")}?next=' in answer.content.decode()
    assert other.get(reverse("accounts:profile")).status_code == 200

    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.post(reverse("usersessions_list"))

    assert other.get(reverse("accounts:profile")).status_code == 302


# --- Confirming, and the mails about it -----------------------------------------------------------


def test_another_bank_account_needs_a_recent_confirmation_and_keeps_the_form(
    inside: Client, administrator: Membership
) -> None:
    page = inside.get(reverse("accounts:organisation-settings"))
    form = page.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if name != "logo"}
    typed |= {"iban": "NL91ABNA0417164300", "name": "Another name"}
    long_ago(inside)

    answer = inside.post(reverse("accounts:organisation-settings"), typed)

    administrator.organisation.refresh_from_db()
    assert answer.status_code == 422
    assert administrator.organisation.iban == "NL83TRIO0369178798"
    shown = answer.content.decode()
    assert "Another name" in shown
    assert f'href="{reverse("account_reauthenticate")}?next=' in shown

    inside.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    inside.post(reverse("accounts:organisation-settings"), typed)

    administrator.organisation.refresh_from_db()
    assert administrator.organisation.iban == "NL91ABNA0417164300"
    send_waiting(now=timezone.now())
    assert mail.outbox[-1].to == [administrator.user.email]
    assert "bank account" in mail.outbox[-1].subject
    assert "NL91" not in mail.outbox[-1].body


def test_a_role_needs_a_recent_confirmation_and_both_sides_hear_of_it(
    inside: Client, administrator: Membership
) -> None:
    employee = create_membership(organisation=administrator.organisation)
    page, typed = reverse("accounts:user-edit", args=[employee.pk]), {"role": "administrator"}
    login = inside.session[LOGIN_KEY]
    long_ago(inside)
    assert inside.post(page, typed).status_code == 422
    employee.refresh_from_db()
    assert employee.role == Role.EMPLOYEE

    session = inside.session
    session[LOGIN_KEY] = login
    session.save()
    inside.post(page, typed)

    employee.refresh_from_db()
    assert employee.role == Role.ADMINISTRATOR
    send_waiting(now=timezone.now())
    assert {one.to[0] for one in mail.outbox} == {administrator.user.email, employee.user.email}


def test_a_new_administrator_is_not_invited_without_a_recent_confirmation(
    inside: Client, administrator: Membership
) -> None:
    new = {"first_name": "N", "email": "n@x.example", "language": "en", "role": "administrator"}
    long_ago(inside)

    assert inside.post(reverse("accounts:employee-add"), new).status_code == 422
    assert administrator.organisation.memberships.count() == 1


def change(client: Client, what: str) -> None:
    if what == "password":
        typed = {"oldpassword": PASSWORD, "password1": "vijf kromme lantaarns"}
        typed["password2"] = typed["password1"]
        client.post(reverse("account_change_password"), typed)
    else:
        set_up(client)
    if what == "codes":
        client.post(reverse("mfa_generate_recovery_codes"))
    if what == "removed":
        client.post(reverse("mfa_deactivate_totp"))


@pytest.mark.parametrize("what", ["password", "factor", "codes", "removed"])
def test_the_person_and_the_administrators_hear_of_a_changed_login(
    client_of: Callable[[Membership], Client],
    administrator: Membership,
    django_capture_on_commit_callbacks: Any,
    what: str,
) -> None:
    employee = create_membership(organisation=administrator.organisation)
    theirs = client_of(employee)
    with django_capture_on_commit_callbacks(execute=True):
        change(theirs, what)

    send_waiting(now=timezone.now())

    told = {"password": "password", "factor": "added a second factor", "codes": "recovery codes"}
    told["removed"] = "removed a second factor"
    about = [one for one in mail.outbox if told[what] in one.subject]
    assert {one.to[0] for one in about} == {employee.user.email, administrator.user.email}


def test_security_codes_need_a_recent_confirmation(
    inside: Client, administrator: Membership
) -> None:
    connection = create_connection(organisation=administrator.organisation)
    long_ago(inside)
    typed = {"username": "another", "code_1": "c" * 32, "code_2": "d" * 36, "template": "F"}
    typed |= {"ledger_account": "8000", "debtor_account": "1300", "numbering": "own"}

    answer = inside.post(reverse("integrations:eboekhouden"), typed)

    connection.refresh_from_db()
    assert connection.username == "studio-oost"
    assert "Confirm in a new tab" in answer.content.decode()
    assert "c" * 32 not in answer.content.decode()
