"""Payments come back from e-Boekhouden for invoices that were credited, and for their credits."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.invoices.badges import status_tag
from billing.invoices.creating import draft_invoices
from billing.invoices.crediting import draft_credit
from billing.invoices.issuing import mark_sent
from billing.invoices.paying import mark_paid
from billing.invoices.sales_entries import create_sales_entries
from billing.invoices.timeline import timeline
from billing.models import Invoice, InvoiceStatus, Origin
from tests import factories

from ..invoices.test_crediting import credit_input
from .fetching import NOW, fetch, fresh

LINE = Decimal("108.90")


@pytest.fixture
def entered(connected) -> Invoice:
    """Sent from here and entered in the ledger: two lines of 108.90."""
    project = factories.create_project(organisation=connected.organisation)
    for _ in range(2):
        connected.hours(project=project)
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    invoice = mark_sent(draft, by=connected.member.user, now=NOW)
    enter(connected, invoice)
    return invoice


def enter(agency, invoice: Invoice) -> None:
    create_sales_entries([invoice], agency.connection, by=agency.member.user, now=NOW)
    agency.deliver()


def credited(agency, invoice: Invoice, lines=None, *, is_entered: bool = True) -> Invoice:
    lines = list(invoice.lines.all()) if lines is None else lines
    draft = draft_credit(invoice, credit_input(lines), by=agency.member.user, now=NOW)
    sent = mark_sent(draft, by=agency.member.user, now=NOW)
    if is_entered:
        enter(agency, sent)
    return sent


def set_off(sandbox, *documents: Invoice) -> None:
    """Somebody matches them in e-Boekhouden: they leave the open items, and no money came."""
    for document in documents:
        sandbox.pay(document.number)


def word(invoice: Invoice) -> str:
    return status_tag(fresh(invoice), today=factories.TODAY).label


def test_an_invoice_set_off_against_its_credit_was_not_paid(connected, sandbox, entered):
    fetch(0)
    credit = credited(connected, entered)
    fetch(1)

    set_off(sandbox, entered, credit)
    fetch(2)

    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.SENT, 0)
    assert (fresh(credit).status, fresh(credit).paid_amount) == (InvoiceStatus.SENT, 0)
    assert (word(entered), word(credit)) == ("Credited", "Settled")
    assert "Paid according to e-Boekhouden" not in [e.title for e in timeline(entered, now=NOW)]


def test_also_when_the_credit_was_never_seen_open(connected, sandbox, entered):
    fetch(0)
    credit = credited(connected, entered)
    set_off(sandbox, entered, credit)

    fetch(1)

    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.SENT, 0)


def test_also_when_the_credit_was_entered_there_by_hand(connected, sandbox, entered):
    fetch(0)
    credited(connected, entered, is_entered=False)
    set_off(sandbox, entered)

    fetch(1)

    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.SENT, 0)


def test_what_was_left_after_a_credit_is_paid(connected, sandbox, entered):
    credit = credited(connected, entered, [entered.lines.first()])
    fetch(0)
    assert fresh(entered).outstanding == LINE

    sandbox.pay(entered.number, LINE)
    fetch(1)
    paid = fresh(entered)
    set_off(sandbox, entered, credit)
    fetch(2)

    assert (paid.status, paid.paid_amount) == (InvoiceStatus.PAID, LINE)
    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.PAID, LINE)
    assert word(credit) == "Settled"


def test_a_paid_invoice_that_is_credited_stays_paid_until_the_money_went_back(
    connected, sandbox, entered
):
    fetch(0)
    sandbox.pay(entered.number)
    fetch(1)
    credit = credited(connected, entered)
    fetch(2)
    before = fresh(entered)

    sandbox.pay(credit.number)
    fetch(3)

    assert (before.status, before.paid_amount) == (InvoiceStatus.PAID, 2 * LINE)
    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.SENT, 0)
    assert (word(entered), word(credit)) == ("Credited", "Settled")
    titles = [one.title for one in timeline(credit, now=NOW)]
    assert "Settled according to e-Boekhouden" in titles


def test_a_payment_of_the_rest_that_is_taken_back_opens_the_invoice_again(
    connected, sandbox, entered
):
    credited(connected, entered, [entered.lines.first()])
    fetch(0)
    sandbox.pay(entered.number, LINE)
    fetch(1)

    sandbox.pay(entered.number, -LINE)
    fetch(2)

    assert (fresh(entered).status, fresh(entered).outstanding) == (InvoiceStatus.SENT, LINE)


def test_what_somebody_marked_as_paid_after_a_credit_stays_paid(connected, entered):
    credited(connected, entered, [entered.lines.first()])
    fetch(0)
    mark_paid(entered, by=connected.member.user, now=NOW)

    fetch(1)

    assert (fresh(entered).status, fresh(entered).paid_amount) == (InvoiceStatus.PAID, LINE)


def test_what_somebody_marked_as_settled_stays_settled(connected, entered):
    credit = credited(connected, entered)
    fetch(0)
    mark_paid(credit, by=connected.member.user, now=NOW)

    fetch(1)

    assert word(credit) == "Settled"
    assert fresh(credit).paid_amount == 0


def test_nothing_new_writes_nothing_new(connected, entered):
    credited(connected, entered, [entered.lines.first()])
    assert fetch(0) > 0

    assert fetch(1) == 0


def test_fetching_asks_as_much_for_many_invoices_as_for_one(
    connected, entered, django_assert_num_queries
):
    credited(connected, entered)
    fetch(0)
    with CaptureQueriesContext(connection) as few:
        fetch(1)
    for _ in range(3):
        project = factories.create_project(organisation=connected.organisation)
        connected.hours(project=project)
        for draft in draft_invoices(connected.order(origin=Origin.HERE), now=NOW):
            invoice = mark_sent(draft, by=connected.member.user, now=NOW)
            enter(connected, invoice)
            credited(connected, invoice)
    fetch(2)

    assert Invoice.objects.count() > 8
    with django_assert_num_queries(len(few)):
        fetch(3)


def test_an_open_amount_that_stays_tells_nothing_of_a_credit_that_is_not_entered(
    connected, entered
):
    fetch(0)
    credited(connected, entered, [entered.lines.first()], is_entered=False)
    before = fresh(entered)

    assert fetch(1) == 0

    after = fresh(entered)
    assert (after.status, after.open_amount, after.paid_amount) == (
        before.status,
        before.open_amount,
        before.paid_amount,
    )
