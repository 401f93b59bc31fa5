"""The command that creates the first organisation."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Membership, Organisation, User
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    out = io.StringIO()
    given = {"name": "Studio Oost", "email": "Sanne@Example.nl", **options}
    call_command("create_organisation", stdout=out, **given)
    return out.getvalue()


def test_it_makes_everything_that_invoices_need_and_an_administrator() -> None:
    run()

    organisation = Organisation.objects.get()
    membership = organisation.memberships.get()
    assert organisation.vat_rates.count() == 9
    assert organisation.invoice_settings.payment_term == 30
    assert organisation.trip_settings.rate > 0
    assert membership.is_administrator
    assert membership.user.email == "sanne@example.nl"


def test_the_printed_link_leads_to_choosing_a_password() -> None:
    printed = run(address="https://hours.example/")

    link = printed.split()[-1]
    page = Client().get(link.removeprefix("https://hours.example"), follow=True)
    assert page.status_code == 200
    assert "password1" in page.content.decode()


def test_a_password_from_standard_input_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("seven blue whales\n"))

    printed = run(password_stdin=True)

    assert User.objects.get().check_password("seven blue whales")
    assert "/account/login/" in printed


def test_a_weak_password_is_refused_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    with pytest.raises(CommandError, match="too short"):
        run(password_stdin=True)

    assert not Organisation.objects.exists()


@pytest.mark.parametrize("options", [{"name": " "}, {"name": 101 * "x"}, {"email": "nobody"}])
def test_what_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        run(**options)


def test_somebody_with_an_account_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known = create_user(email="sanne@example.nl")

    printed = run()

    assert Membership.objects.get().user == known
    assert "/password/reset/key/" not in printed
    monkeypatch.setattr("sys.stdin", io.StringIO("seven blue whales\n"))
    with pytest.raises(CommandError, match="already has an account"):
        run(password_stdin=True)
