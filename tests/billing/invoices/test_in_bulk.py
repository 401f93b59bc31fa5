"""Many invoices at once: few queries for each, and each as if it had been made alone."""

from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.documents.supply import supply_period
from billing.invoices import creating
from billing.invoices.creating import ProposalChanged, draft_invoices, invoice_in_eboekhouden
from billing.models import Booking, BookingKind, Invoice, NumberSeries, Origin, ShareOf
from registrations.models import Status, TimeEntry
from tests import factories
from tests.interleaving import just_before

NOW = timezone.now()
MANY = 40
# More than one statement of claiming holds.
ROWS = 9


def customers_with_work(agency, count: int) -> None:
    """Customers that e-Boekhouden lacks, each with hours on two tasks, an expense and a trip."""
    tasks = [factories.create_task(organisation=agency.organisation) for _ in range(2)]
    category = factories.create_expense_category(organisation=agency.organisation)
    for _ in range(count):
        project = factories.create_project(organisation=agency.organisation)
        for row in range(ROWS - 2):
            agency.hours(project=project, task=tasks[row % 2], minutes=50 + row)
        own = {"project": project, "membership": agency.member}
        factories.create_expense(**own, category=category, price=Decimal("42.50"))
        factories.create_trip(**own)


def queries_of(make) -> int:
    with CaptureQueriesContext(database) as queries:
        make()
    return len(queries)


def test_forty_invoices_in_eboekhouden_take_hardly_more_queries_than_one(connected):
    def make() -> int:
        order = connected.order()
        return queries_of(
            lambda: invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
        )

    customers_with_work(connected, 1)
    one = make()
    customers_with_work(connected, MANY)
    many = make()

    assert Invoice.objects.count() == 1 + MANY
    assert many - one <= 2 * MANY


def test_forty_drafts_take_hardly_more_queries_than_one(connected):
    customers_with_work(connected, 1)
    first = connected.order(origin=Origin.HERE)
    one = queries_of(lambda: draft_invoices(first, now=NOW))
    customers_with_work(connected, MANY)
    order = connected.order(origin=Origin.HERE)
    many = queries_of(lambda: draft_invoices(order, now=NOW))

    assert Invoice.objects.count() == 1 + MANY
    assert many - one <= 2 * MANY


def test_each_of_many_invoices_is_as_if_it_had_been_made_alone(connected):
    customers_with_work(connected, 7)
    proposal = connected.proposal()

    batch = invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    invoices = list(Invoice.objects.order_by("number"))
    assert [invoice.number for invoice in invoices] == [f"TC2026-{n:04d}" for n in range(1, 8)]
    assert NumberSeries.objects.get().last == 7
    for invoice, proposed in zip(invoices, proposal.invoices, strict=True):
        assert invoice.customer == proposed.customer
        assert invoice.addressee["name"] == proposed.customer.name
        assert invoice.gross == proposed.totals.gross
        assert [line.net for line in invoice.lines.all()] == [line.net for line in proposed.lines]
        assert [event.kind for event in invoice.events.all()] == ["final", "drafted"]
        assert invoice.events.get(kind="drafted").details == {"rows": ROWS}
        assert supply_period(invoice) == (invoice.supplied_from, invoice.supplied_until)
        for by in ShareOf.values:
            assert sum(share.net for share in invoice.shares.filter(by=by)) == invoice.net
        for line, shown in zip(invoice.lines.all(), proposed.lines, strict=True):
            ids = [row["id"] for row in line.specification]
            assert sorted(ids) == sorted(item.id for item in shown.items)
            assert sum(Decimal(row["amount"]) for row in line.specification) == line.net
    kinds = list(batch.bookings.order_by("pk").values_list("kind", flat=True))
    assert kinds == [BookingKind.RELATION, BookingKind.INVOICE] * 7


def test_invoices_of_one_new_customer_get_its_relation_once(connected):
    customer = factories.create_customer(organisation=connected.organisation)
    for _ in range(5):
        connected.hours(project=factories.create_project(customer=customer))

    order = connected.order(per_project=True)
    invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)

    assert Invoice.objects.count() == 5
    assert Booking.objects.filter(kind=BookingKind.RELATION).count() == 1


@pytest.mark.parametrize("origin", Origin)
def test_a_row_of_the_last_block_that_is_billed_elsewhere_leaves_nothing_made(
    connected, origin, monkeypatch
):
    monkeypatch.setattr(creating, "AT_ONCE", 2)
    for _ in range(5):
        connected.hours()
    order = connected.order(origin=origin)
    last = connected.proposal(origin=origin).invoices[-1].lines[0].items[0].id
    taken = TimeEntry.objects.filter(pk=last)

    def make() -> object:
        if origin == Origin.HERE:
            return draft_invoices(order, now=NOW)
        return invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)

    with (
        just_before("INSERT INTO billing_invoice ", lambda: taken.update(status=Status.INVOICED)),
        pytest.raises(ProposalChanged) as changed,
    ):
        make()

    assert len(changed.value.proposal.invoices) == 4
    assert not Invoice.objects.exists()
    assert not Booking.objects.exists()
    assert not NumberSeries.objects.exists()
    assert not TimeEntry.objects.exclude(invoice_line=None).exists()


def test_more_rows_than_one_statement_claims_are_claimed_or_none(connected):
    project = factories.create_project(organisation=connected.organisation)
    task = factories.create_task(organisation=connected.organisation)
    for _ in range(310):
        connected.hours(project=project, task=task)

    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)

    assert TimeEntry.objects.filter(invoice_line__invoice=draft).count() == 310
