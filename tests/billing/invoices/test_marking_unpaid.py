"""Taking back that an invoice was marked as paid, or a credit invoice as settled."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from audit.kinds import Action, Kind
from audit.models import Entry
from billing.invoices.locking import NotAllowed
from billing.invoices.paying import mark_paid, mark_unpaid
from billing.invoices.timeline import timeline
from billing.models import Invoice, InvoiceEvent, InvoiceStatus
from billing.payments.fetching import fetch_payments
from billing.payments.requesting import requested
from billing.reminders.due import due_reminders, plan_of
from billing.reminders.owed import owed_by_day
from billing.reports.outstanding import open_now
from billing.reports.outstanding_at import open_at
from integrations.sessions import open_client
from tests import factories
from tests.billing.issued import as_if
from tests.billing.reminders.late_invoices import late_invoice, turn_on
from tests.billing.reports.invoices import Line, create_invoice
from tests.responses import text

from .pages import url

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)
DAY = 24 * HOUR
GROSS = Decimal("108.90")


@pytest.fixture
def invoice(agency) -> Invoice:
    line = Line("90.00", agency.vat)
    return create_invoice(agency.organisation, line, date=localdate() - 5 * DAY)


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.get(pk=invoice.pk)


def mark(invoice: Invoice, agency, *, at: datetime.datetime = NOW) -> None:
    mark_paid(invoice, by=agency.member.user, now=at)


def undo(invoice: Invoice, agency, *, at: datetime.datetime = NOW) -> None:
    mark_unpaid(invoice, by=agency.member.user, now=at)


def outstanding(agency) -> Decimal:
    return open_now(agency.organisation, today=localdate()).total


def fetch(agency, hours: int) -> int:
    return fetch_payments(agency.connection, open_client=open_client, now=NOW + hours * HOUR)


def test_the_invoice_is_outstanding_again(agency, invoice):
    mark(invoice, agency)
    assert outstanding(agency) == 0

    undo(invoice, agency)

    again = fresh(invoice)
    assert (again.status, again.paid_amount, again.paid_at) == (InvoiceStatus.SENT, 0, None)
    assert outstanding(agency) == again.outstanding == GROSS


def test_the_timeline_and_the_audit_log_have_both(agency, invoice):
    mark(invoice, agency)
    undo(invoice, agency)

    titles = [one.title for one in timeline(invoice, now=NOW)]
    assert titles[:2] == ["No longer marked as paid", "Marked as paid, later undone"]
    entries = Entry.objects.filter(kind=Kind.PAYMENT).order_by("pk")
    assert [(one.action, one.user_id) for one in entries] == [
        (Action.PAID, agency.member.user_id),
        (Action.UNDONE, agency.member.user_id),
    ]
    assert entries.last().changes == {"status": ["paid", "sent"], "paid_amount": ["108.9", "0"]}


def test_what_was_paid_before_the_mark_stays_paid(agency, invoice):
    as_if(invoice, paid_amount=Decimal("8.90"))
    mark(fresh(invoice), agency)

    undo(invoice, agency)

    assert fresh(invoice).outstanding == Decimal("100.00")


def test_a_mark_of_before_its_details_had_that_amount_takes_it_from_the_event_before(
    agency, invoice
):
    paid = {"status": InvoiceStatus.PAID, "paid_at": NOW, "paid_amount": GROSS}
    as_if(invoice, **paid)
    InvoiceEvent.objects.create(
        invoice=invoice, kind="partly-paid", at=NOW - HOUR, details={"paid": "8.90"}
    )
    InvoiceEvent.objects.create(
        invoice=invoice, kind="marked-paid", at=NOW, details={"paid": "108.90"}
    )

    undo(invoice, agency)

    assert fresh(invoice).outstanding == Decimal("100.00")


def test_it_can_be_marked_and_taken_back_again(agency, invoice):
    for _time in range(2):
        mark(invoice, agency)
        undo(invoice, agency)

    assert fresh(invoice).outstanding == GROSS


def test_what_is_not_marked_cannot_be_taken_back(agency, invoice):
    with pytest.raises(NotAllowed):
        undo(invoice, agency)


def test_a_credit_after_the_mark_is_deducted(agency, invoice):
    mark(invoice, agency)
    as_if(invoice, credited_amount=Decimal("8.90"))

    undo(invoice, agency)

    assert fresh(invoice).outstanding == Decimal("100.00")


def test_a_settled_credit_is_sent_again(agency, invoice):
    credit = create_invoice(agency.organisation, Line("-90.00", agency.vat), credit_of=invoice)
    mark(credit, agency)

    undo(credit, agency)

    assert fresh(credit).status == InvoiceStatus.SENT
    assert [one.title for one in timeline(credit, now=NOW)][:2] == [
        "No longer marked as settled",
        "Marked as settled, later undone",
    ]


# --- Reports, interest and reminders --------------------------------------------------------------


def test_it_was_outstanding_on_all_days_between(agency, invoice):
    mark(invoice, agency, at=NOW - 4 * DAY)
    undo(invoice, agency, at=NOW - 2 * DAY)

    days = [localdate() - days * DAY for days in (5, 4, 3, 2, 1)]

    assert [sum(one.amount for one in open_at(agency.organisation, day)) for day in days] == [
        GROSS
    ] * 5
    mark(invoice, agency, at=NOW)
    assert sum(one.amount for one in open_at(agency.organisation, days[2])) == GROSS


def test_interest_is_owed_over_all_days_between(agency, invoice):
    mark(invoice, agency, at=NOW - 4 * DAY)
    undo(invoice, agency, at=NOW - 2 * DAY)

    owed = owed_by_day(fresh(invoice), [], still_open=GROSS)

    assert {one.value for one in owed} == {GROSS}


def test_reminders_are_due_again(agency):
    turn_on(agency.organisation, 7)
    late = late_invoice(agency, days=8)
    plan = plan_of(agency.organisation)
    mark(late, agency)
    assert not due_reminders(agency.organisation, plan, today=localdate())

    undo(late, agency)

    assert list(due_reminders(agency.organisation, plan, today=localdate())) == [late]


# --- Payments of e-Boekhouden ---------------------------------------------------------------------


def test_a_payment_that_e_boekhouden_reported_cannot_be_taken_back(
    connected, entered, sandbox, client_of
):
    fetch(connected, 0)
    sandbox.pay(entered.number)
    fetch(connected, 1)
    client = client_of(connected.member)

    assert "Mark as unpaid" not in text(client.get(url("detail", entered.pk)))
    page = text(client.post(url("change", entered.pk, "mark-unpaid"), follow=True))

    assert "e-Boekhouden reported this payment." in page
    with pytest.raises(NotAllowed):
        undo(entered, connected)
    assert fresh(entered).status == InvoiceStatus.PAID


def test_payments_are_fetched_again_and_say_how_it_is(connected, entered, sandbox):
    fetch(connected, 0)
    mark(entered, connected)
    sandbox.pay(entered.number, Decimal("8.90"))
    fetch(connected, 1)

    undo(entered, connected, at=NOW + HOUR)

    assert requested().exists()
    fetch(connected, 2)
    assert fresh(entered).outstanding == Decimal("100.00")


def test_what_was_marked_here_and_paid_there_meanwhile_is_reported_by_e_boekhouden(
    connected, entered, sandbox
):
    fetch(connected, 0)
    mark(entered, connected)
    as_if(entered, open_amount=Decimal(0))

    with pytest.raises(NotAllowed):
        undo(entered, connected)


# --- The page -------------------------------------------------------------------------------------


def test_the_page_says_what_it_does_and_does_it(agency, invoice, inside):
    as_if(invoice, paid_amount=Decimal("8.90"))
    mark(fresh(invoice), agency)

    page = text(inside.get(url("detail", invoice.pk)))
    after = text(inside.post(url("change", invoice.pk, "mark-unpaid"), follow=True))

    assert "Mark as unpaid…" in page
    assert "€ 100.00 is outstanding again" in page.replace("\xa0", " ")
    assert "Marked as unpaid: 1." in after
    assert "Mark as unpaid…" not in after
    assert fresh(invoice).status == InvoiceStatus.SENT


def test_it_needs_the_right_to_invoice(agency, invoice, client_of):
    mark(invoice, agency)
    employee = factories.create_membership(organisation=agency.organisation)

    answer = client_of(employee).post(url("change", invoice.pk, "mark-unpaid"))

    assert answer.status_code == 403
    assert fresh(invoice).status == InvoiceStatus.PAID
