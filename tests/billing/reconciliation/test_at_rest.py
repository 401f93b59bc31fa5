"""The audit of a database at rest: sound data pass, and each damage is found."""

import random

import pytest
from django.db import connection
from django.utils import timezone

from billing.documents.archive.triggers import install_triggers, remove
from billing.invoices.creating import draft_invoices
from billing.invoices.credit_lines import CreditInput
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import make_final, mark_sent
from billing.models import Invoice, InvoicingRun, Origin, RowDisposition
from billing.reconciliation.at_rest import violations
from tests import factories

from ..invoices.test_billing_and_crediting import bill_some, credit_some
from ..test_same_cents import fill

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def damage(statement: str, *values: object) -> None:
    """Change stored data as nobody may: without the guards."""
    remove(using="default")
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    install_triggers(using="default")


def found() -> list[str]:
    return [f"{one.rule}: {one.text}" for one in violations()]


@pytest.fixture
def sent(agency) -> Invoice:
    """An invoice of two hours, of which each is on a line of its own."""
    project = factories.create_project(organisation=agency.organisation)
    for rate in ("90.00", "75.00"):
        agency.hours(project=project, minutes=100, hourly_rate=rate)
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    return mark_sent(draft, by=agency.member.user, now=NOW)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_was_billed_and_credited_passes(agency, seed):
    dice = random.Random(seed)
    fill(agency, dice, customers=3)
    for _round in range(4):
        bill_some(agency, dice, discounts=("0", "7.5", "33.33"))
        credit_some(agency, dice)

    assert Invoice.objects.final().exclude(credit_of=None).exists()
    assert found() == []


def test_what_was_booked_passes(entered):
    assert entered.bookings.get().state == "confirmed"
    assert found() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE billing_invoice SET net = net + 0.01", "net"),
        ("UPDATE billing_invoice SET gross = gross - 0.01", "total"),
        ("UPDATE billing_invoice SET credited_amount = 1", "credited 1"),
        ("UPDATE billing_invoiceline SET net = net + 0.01", "do not add up"),
        ("UPDATE billing_invoiceline SET quantity = quantity + 1", "is not"),
        ("UPDATE billing_invoiceline SET vat_percentage = 9", "a line has a rate that"),
        ("UPDATE billing_invoiceshare SET cents = cents + 1", "cents, its net amount is"),
        ("DELETE FROM billing_invoiceshare", "its parts by employee add up to 0 cents"),
    ],
)
def test_a_cent_off_is_found(sent, statement, said):
    damage(statement)

    assert [text for text in found() if text.startswith("cent: ") and said in text]


def test_a_row_that_left_its_line_is_found(sent):
    damage("UPDATE registrations_timeentry SET invoice_line_id = NULL, status = 'approved'")

    assert len([text for text in found() if "was billed on it, and is not on it" in text]) == 2


def test_a_row_that_came_onto_a_line_is_found(agency, sent):
    later = agency.hours(minutes=30)
    line = sent.lines.first()
    damage(
        "UPDATE registrations_timeentry SET status = 'invoiced', invoice_line_id = %s"
        " WHERE id = %s",
        line.pk,
        later.pk,
    )

    assert [text for text in found() if f"hours {later.pk} is on it, and was not billed" in text]


def test_a_cancelled_invoice_that_still_bills_is_found(sent):
    damage("UPDATE billing_invoice SET status = 'void'")

    assert len([text for text in found() if text.startswith("twice: ")]) == 2


def test_a_credited_row_that_stayed_is_no_loss_and_a_released_one_neither(agency, sent):
    dispositions = {line.pk: RowDisposition.RELEASED for line in sent.lines.all()}
    wrong = CreditInput(dispositions, "Wrong", factories.TODAY)
    make_final(
        draft_credit(sent, wrong, by=agency.member.user, now=NOW), by=agency.member.user, now=NOW
    )

    assert found() == []


def test_a_counter_below_a_used_number_is_found(agency, sent):
    agency.organisation.number_series.update(last=0)

    assert [text for text in found() if text.startswith("twice: series")]


def test_a_booking_without_its_amount_or_id_is_found(entered):
    entered.bookings.update(remote_id="", payload={"gross": "1.00"})

    said = found()

    assert [text for text in said if "has no id of e-Boekhouden" in text], said
    assert [text for text in said if "sent 1.00" in text]


def test_an_invoice_of_eboekhouden_without_a_booking_is_found(sent):
    damage("UPDATE billing_invoice SET origin = 'eboekhouden'")

    assert [text for text in found() if "has no booking" in text]


def test_a_confirmation_that_made_too_little_is_found(agency):
    batch = agency.organisation.batches.create()
    InvoicingRun.objects.create(
        organisation=agency.organisation,
        origin=Origin.EBOEKHOUDEN,
        work=[],
        options={},
        token="",
        digest="",
        total=2,
        row_count=2,
        gross=1,
        batch=batch,
        state="finished",
    )

    assert [text for text in found() if "made fewer invoices" in text]
