"""Reminders that charge statutory interest and collection costs."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.utils.timezone import localdate

from accounts.models import Language
from billing.models import (
    InterestRate,
    Invoice,
    InvoiceEvent,
    ReminderSettings,
    ReminderStep,
    StepKind,
)
from billing.reminders.due import plan_of
from billing.reminders.interest import From
from billing.reminders.letters import reminder_letter
from billing.reminders.owed import owed_by_day
from tests import factories
from tests.billing.issued import as_if
from tests.responses import text

from .late_invoices import DAY, at, late_invoice, reason
from .test_reminders import remind

pytestmark = pytest.mark.django_db
URL = "/settings/reminders/"
# A year of its own, so that the percentages are known whatever day it is.
LATE = datetime.date(2025, 7, 30)


@pytest.fixture
def known(studio):
    """Percentages that hold now: 10% for businesses and 5% for private customers."""
    first = localdate().replace(month=1 if localdate().month < 7 else 7, day=1)
    for day in (first, (first - DAY).replace(day=1, month=7 if first.month == 1 else 1)):
        for kind, percentage in (("commercial", 10), ("ordinary", 5)):
            InterestRate.objects.create(
                organisation=studio.organisation, kind=kind, starts_on=day, percentage=percentage
            )
    return studio


@pytest.fixture
def client(studio, client_of):
    return client_of(studio.member)


def charge(position: int = 1, **fields) -> None:
    ReminderStep.objects.filter(position=position).update(**fields)


def letter_on(agency, day: datetime.date, *, due_on: datetime.date, **fields) -> str:
    """Return the text of the first step for an invoice of 1210 euros, on a day."""
    invoice = late_invoice(agency, days=7, **fields)
    as_if(invoice, gross=Decimal("1210.00"), due_on=due_on, date=due_on - 30 * DAY)
    invoice.refresh_from_db()
    step = plan_of(agency.organisation).step(1)
    return reminder_letter(invoice, step, today=day).body


def test_a_letter_to_a_business_lists_the_interest_of_each_percentage(studio):
    charge(with_interest=True)

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31))

    assert (
        "Outstanding amount of the invoice: €\u00a01,210.00\n"
        "Statutory interest (article 6:119a BW) from 01-06-2025 to 30-06-2025, 11.15% per year "
        "over €\u00a01,210.00: €\u00a011.09\n"
        "Statutory interest (article 6:119a BW) from 01-07-2025 to 30-07-2025, 10.15% per year "
        "over €\u00a01,210.00: €\u00a010.09\n"
        "In total: €\u00a01,231.18"
    ) in body
    assert "Please transfer €\u00a01,231.18 to NL83 TRIO 0369 1787 98" in body


def test_a_private_customer_owes_the_ordinary_percentage(studio):
    charge(with_interest=True, business_costs="scale")
    customer = factories.create_customer(organisation=studio.organisation, is_business=False)

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31), customer=customer)

    # 1210 × 6% × 60 ÷ 365 = 11.9342
    assert (
        "(article 6:119 BW) from 01-06-2025 to 30-07-2025, 6% per year over "
        "€\u00a01,210.00: €\u00a011.93\nIn total: €\u00a01,221.93"
    ) in body


def test_the_dutch_letter_is_dutch(studio):
    charge(with_interest=True, business_costs="minimum")

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31), language=Language.DUTCH)

    assert "Wettelijke rente (artikel 6:119a BW) van 01-06-2025 t/m 30-06-2025, 11,15%" in body
    assert "Incassokosten (artikel 6:96 BW): €\u00a040,00\nIn totaal: €\u00a01.271,18" in body


@pytest.mark.parametrize(
    ("choice", "line"),
    [("minimum", "BW): €\u00a040.00\nIn"), ("scale", "BW): €\u00a0181.50\nIn"), ("", "")],
)
def test_a_business_may_be_charged_costs_without_a_letter_before(studio, choice, line):
    charge(business_costs=choice)

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31))

    assert line in body
    assert ("Collection costs" in body) is bool(choice)


def test_who_cannot_deduct_vat_adds_it_to_the_scale_and_says_why(studio):
    charge(business_costs="scale")
    ReminderSettings.objects.update(adds_vat_to_costs=True)

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31))

    # 181.50 × 1.21 = 219.615
    assert "€\u00a0219.62 (€\u00a0181.50 plus 21% VAT, because we cannot deduct VAT" in body
    assert "In total: €\u00a01,429.62" in body


def test_the_minimum_between_businesses_gets_no_vat(studio):
    charge(business_costs="minimum")
    ReminderSettings.objects.update(adds_vat_to_costs=True)

    assert "BW): €\u00a040.00\nIn" in letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31))


def test_the_fourteen_day_letter_announces_costs_with_vat_and_asks_none(studio):
    charge(kind=StepKind.NOTICE, with_interest=True)
    ReminderSettings.objects.update(adds_vat_to_costs=True)
    customer = factories.create_customer(organisation=studio.organisation, is_business=False)

    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31), customer=customer)

    assert "You can still pay €\u00a01,221.93 without collection costs" in body
    assert "you also owe us €\u00a0219.62 (€\u00a0181.50 plus 21% VAT" in body


def test_a_step_that_charges_nothing_has_the_letter_of_before(studio):
    body = letter_on(studio, LATE, due_on=datetime.date(2025, 5, 31))

    assert "€\u00a01,210.00 is still outstanding" in body
    assert "interest" not in body


# --- Over what was open each day ------------------------------------------------------------------


def test_payments_lower_the_amount_from_the_day_after_and_credits_from_their_own(studio):
    invoice = late_invoice(studio, days=20)
    paid_at = at(localdate() - 10 * DAY)
    InvoiceEvent.objects.create(
        invoice=invoice, kind="partly-paid", at=paid_at, details={"paid": "8.90"}
    )
    credit = Invoice(gross=Decimal("-50.00"), date=localdate() - 5 * DAY)

    owed = owed_by_day(invoice, [credit], still_open=Decimal("50.00"))

    assert owed == [
        From(invoice.due_on, Decimal("108.90")),
        From(localdate() - 9 * DAY, Decimal("100.00")),
        From(localdate() - 5 * DAY, Decimal("50.00")),
    ]


@pytest.mark.parametrize(("stored", "open_there"), [("20.00", "88.90"), ("0.00", "88.90")])
def test_a_payment_without_a_day_counts_as_received_before(studio, stored, open_there):
    invoice = late_invoice(studio, days=20, paid_amount=Decimal(stored))

    owed = owed_by_day(invoice, [], still_open=Decimal(open_there))

    assert owed == [From(invoice.due_on, Decimal("88.90"))]


def test_interest_over_an_invoice_that_was_paid_in_part_goes_out_by_itself(known):
    charge(with_interest=True)
    invoice = late_invoice(known, days=8)
    InvoiceEvent.objects.create(
        invoice=invoice, kind="partly-paid", at=at(localdate() - 4 * DAY), details={"paid": "8.90"}
    )
    as_if(invoice, paid_amount=Decimal("8.90"))

    assert remind(known) == 1

    assert "over €\u00a0108.90:" in mail.outbox[0].body
    assert "over €\u00a0100.00:" in mail.outbox[0].body


# --- Nothing is guessed ---------------------------------------------------------------------------


def test_interest_by_a_percentage_that_nobody_checked_is_held_back(studio):
    charge(with_interest=True)
    late_invoice(studio, days=7, today=datetime.date(2040, 1, 20))
    day = datetime.date(2040, 1, 20)

    assert "percentage from 01-01-2040 has not been entered" in reason(
        studio, now=at(day), today=day
    )
    InterestRate.objects.create(
        organisation=studio.organisation,
        kind="commercial",
        starts_on=datetime.date(2040, 1, 1),
        percentage=10,
    )
    assert reason(studio, now=at(day), today=day) == ""


def test_interest_of_before_the_first_percentage_is_held_back_and_its_letter_says_so(known, client):
    charge(with_interest=True)
    invoice = late_invoice(known, days=7)
    as_if(invoice, due_on=datetime.date(2014, 1, 1), date=datetime.date(2013, 12, 1))

    assert "due before 01-01-2015" in reason(known)
    page = client.get(f"/finance/reminders/{invoice.pk}/letter/")
    assert "interest on 02-01-2014 is not known" in text(page)


# --- Settings -------------------------------------------------------------------------------------


def rates(**fields) -> dict[str, str]:
    return {"starts_on": "01-01-2027", "commercial": "10,15", "ordinary": "4"} | fields


def test_an_administrator_enters_the_percentages_of_a_half_year(studio, client):
    saved = client.post(f"{URL}interest/add/", rates())

    assert saved.status_code == 302
    stored = InterestRate.objects.values_list("kind", "starts_on", "percentage")
    day = datetime.date(2027, 1, 1)
    assert set(stored) == {
        ("commercial", day, Decimal("10.15")),
        ("ordinary", day, Decimal("4.00")),
    }
    page = text(client.get(URL))
    assert "01-01-2027" in page
    assert "10.15%" in page
    assert "entered by you" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": "02-01-2027"}, "Choose 1 January or 1 July"),
        ({"starts_on": "01-01-1990"}, "Choose a day from 2015 on"),
        ({"commercial": ""}, "This field is required"),
        ({"commercial": "101"}, "Enter a percentage between 0 and 100"),
        ({"ordinary": "-1"}, "Enter a percentage between 0 and 100"),
        ({"ordinary": "40"}, "It is 4% before this day. Is 40% right?"),
    ],
)
def test_a_percentage_that_cannot_be_right_is_refused_at_its_field(client, fields, words):
    answer = client.post(f"{URL}interest/add/", rates(**fields))

    assert answer.status_code == 422
    assert words in text(answer)
    assert not InterestRate.objects.exists()


def test_what_was_entered_can_be_deleted_and_the_published_percentage_counts_again(studio, client):
    client.post(f"{URL}interest/2026-07-01/", rates(starts_on="01-07-2026", ordinary="5"))
    changed = text(client.get(URL))

    client.post(f"{URL}interest/2026-07-01/delete/")

    assert "entered by you" in changed
    assert "entered by you" not in text(client.get(URL))
    assert client.post(f"{URL}interest/2026-07-01/delete/").status_code == 404


def test_the_settings_say_when_the_percentages_must_be_checked(studio, client_of, time_machine):
    time_machine.move_to(datetime.datetime(2040, 8, 1, 12, tzinfo=datetime.UTC))

    page = text(client_of(studio.member).get(URL))

    assert "Check the percentages from 01-07-2040" in page
    assert "Businesses (commercial rate), Private customers" in page


def step(**fields) -> dict[str, str]:
    return {"days": "7", "kind": "reminder", "business_costs": ""} | fields


def test_a_text_of_ones_own_must_list_what_is_charged(studio, client):
    typed = step(with_interest="on", body_en="Pay {open_amount} to {iban}.")

    refused = client.post(f"{URL}steps/1/", typed)
    accepted = client.post(f"{URL}steps/1/", typed | {"body_en": "Pay this: {claim}"})

    assert refused.status_code == 422
    assert "Put {claim} in the text" in text(refused)
    assert accepted.status_code == 302
    assert ReminderStep.objects.get(position=1).with_interest


def test_the_fourteen_day_letter_charges_businesses_nothing(client):
    refused = client.post(f"{URL}steps/1/", step(kind="notice", business_costs="minimum"))

    assert refused.status_code == 422
    assert "only goes to private customers" in text(refused)


def test_the_example_of_a_step_shows_what_it_would_charge(client):
    typed = step(with_interest="on", business_costs="minimum", days="30", body_en=" ")

    page = text(client.post(f"{URL}steps/1/text/en/", typed))

    assert "Statutory interest (article 6:119a BW)" in page
    assert "Collection costs (article 6:96 BW): €\u00a040.00" in page


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        ("settings/reminders/", {"is_on": "on", "mode": "send", "paused_until": "soon"}, "paused"),
        ("settings/reminders/steps/1/", step(days="7.5"), "days"),
        ("settings/reminders/interest/add/", rates(commercial="1.015"), "commercial"),
    ],
)
def test_the_forms_of_reminders_say_while_typing_what_was_understood(client, address, typed, field):
    answer = client.post(f"/{address}", typed, headers={"X-Typing": "1"})

    assert answer.status_code == 200
    shown = text(answer)
    assert f'hx-swap-oob="innerHTML:#id_{field}' in shown
    assert "field-error" in shown or "field-question" in shown
    assert not InterestRate.objects.exists()
