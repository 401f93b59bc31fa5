"""Two people at once, on a real PostgreSQL: rows, numbers and customers are each taken once."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.invoices.creating import (
    InvoiceRequest,
    ProposalChanged,
    draft_invoices,
    invoice_in_eboekhouden,
)
from billing.invoices.drafting import delete_draft
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.locking import NotAllowed
from billing.invoices.proposals import propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, ReconciliationRun
from billing.reconciliation.running import run_reconciliation
from billing.reconciliation.runs import start_check
from billing.unbilled.work import WorkQuery
from integrations.runs import RunState
from integrations.sessions import open_client
from registrations.approving.statuses import approve, reject
from registrations.models import TimeEntry
from registrations.overview.selection import Selection
from tests import factories

from .concurrent import together, unexpected

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOW = timezone.now()
ALLOWED = (ProposalChanged, NotAllowed)


def order_of(agency, entries: list[TimeEntry], **choices: object) -> InvoiceRequest:
    """An order for some hours, with the token of what would be shown for them."""
    options = agency.options(**choices)
    ids = [entry.pk for entry in entries]
    work = WorkQuery(time_entries=agency.organisation.time_entries.filter(pk__in=ids))
    token = propose(agency.organisation, work.load(), options=options).token
    return InvoiceRequest(agency.organisation, work, options, token, agency.member.user)


@pytest.mark.parametrize("_round", range(5))
def test_the_same_hours_are_billed_once_however_often_one_presses(connected, _round):
    entries = [connected.hours() for _ in range(5)]
    order = order_of(connected, entries)

    results = together(
        *[
            lambda: invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
            for _ in range(4)
        ]
    )

    assert not unexpected(results, allowed=ALLOWED)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert [str(i) for i in Invoice.objects.order_by("number")] == [
        f"TC2026-{n:04d}" for n in range(1, Invoice.objects.count() + 1)
    ]


@pytest.mark.parametrize("_round", range(5))
def test_hours_of_one_new_customer_can_be_billed_by_two_people_at_once(connected, _round):
    project = factories.create_project(organisation=connected.organisation)
    orders = [order_of(connected, [connected.hours(project=project)]) for _ in range(3)]

    results = together(
        *[
            lambda order=order: invoice_in_eboekhouden(
                order, connection=connected.connection, now=NOW
            )
            for order in orders
        ]
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert Booking.objects.filter(kind=BookingKind.RELATION).count() == 1
    assert sorted(str(i) for i in Invoice.objects.all()) == [
        "TC2026-0001",
        "TC2026-0002",
        "TC2026-0003",
    ]


@pytest.mark.parametrize("_round", range(5))
def test_two_invoices_of_one_new_customer_can_be_entered_at_once(connected, _round):
    project = factories.create_project(organisation=connected.organisation)
    other = factories.create_project(organisation=connected.organisation)
    sent = []
    for which in (project, other, other, project):
        order = order_of(connected, [connected.hours(project=which)], origin=Origin.HERE)
        (draft,) = draft_invoices(order, now=NOW)
        sent.append(mark_sent(draft, by=connected.member.user, now=NOW))

    def enter(invoices: list[Invoice]) -> object:
        return create_sales_entries(
            invoices, connected.connection, by=connected.member.user, now=NOW
        )

    results = together(lambda: enter(sent[:2]), lambda: enter(sent[2:]), lambda: enter(sent))

    assert not [result for result in results if isinstance(result, Exception)]
    assert Booking.objects.filter(kind=BookingKind.SALES_ENTRY).count() == 4
    assert Booking.objects.filter(kind=BookingKind.RELATION).count() == 2


@pytest.mark.parametrize("_round", range(3))
def test_overlapping_selections_never_share_an_hour(connected, _round):
    entries = [connected.hours() for _ in range(30)]
    orders = [
        order_of(connected, entries[start : start + 20], origin=Origin.HERE) for start in (0, 5, 10)
    ]

    results = together(*[lambda order=o: draft_invoices(order, now=NOW) for o in orders])

    assert not unexpected(results, allowed=ALLOWED)
    billed = TimeEntry.objects.exclude(invoice_line=None)
    assert sum(invoice.net for invoice in Invoice.objects.all()) == billed.count() * Decimal(90)


@pytest.mark.parametrize("_round", range(10))
def test_billing_and_changing_the_status_of_many_hours_do_not_lock_each_other(connected, _round):
    project = factories.create_project(organisation=connected.organisation)
    task = factories.create_task(organisation=connected.organisation)
    entries = [connected.hours(project=project, task=task) for _ in range(300)]
    # Rows that were changed stand elsewhere in the table than their ids say.
    for entry in entries[::-3]:
        TimeEntry.objects.filter(pk=entry.pk).update(description="moved")
    selection = Selection(time_entries=tuple(entry.pk for entry in reversed(entries)))
    order = order_of(connected, entries)

    results = together(
        lambda: invoice_in_eboekhouden(order, connection=connected.connection, now=NOW),
        lambda: approve(selection, by=connected.member),
        lambda: reject(selection, by=connected.member),
        lambda: approve(selection, by=connected.member),
    )

    assert not unexpected(results, allowed=ALLOWED)
    invoices = list(Invoice.objects.all())
    billed = TimeEntry.objects.exclude(invoice_line=None).count()
    assert sum(invoice.net for invoice in invoices) == billed * Decimal(90)


@pytest.mark.parametrize("_round", range(5))
def test_a_draft_is_either_thrown_away_or_numbered(connected, _round):
    order = order_of(connected, [connected.hours()], origin=Origin.HERE)
    (draft,) = draft_invoices(order, now=NOW)

    results = together(
        lambda: delete_draft(draft),
        lambda: make_final(draft, by=connected.member.user, now=NOW),
        lambda: delete_draft(draft),
    )

    assert not unexpected(results, allowed=ALLOWED)
    entry = TimeEntry.objects.get()
    assert (entry.invoice_line is None) == (not Invoice.objects.exists())


def test_numbers_stay_without_gaps_when_some_orders_fail(connected):
    orders = [
        order_of(connected, [connected.hours()], date=date(2026, 11, day)) for day in range(1, 9)
    ]
    for order in orders[::2]:
        order.work.time_entries.delete()

    together(
        *[
            lambda order=order: invoice_in_eboekhouden(
                order, connection=connected.connection, now=NOW
            )
            for order in orders
        ]
    )

    assert sorted(str(i) for i in Invoice.objects.all()) == [f"TC2026-{n:04d}" for n in range(1, 5)]


@pytest.mark.parametrize("_round", range(3))
def test_a_check_that_is_started_and_carried_out_by_many_is_done_once(connected, sandbox, _round):
    def start_and_carry_out() -> None:
        days = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
        run = start_check(connected.organisation, **days, by=None, now=NOW)
        run_reconciliation(run.pk, open_client=open_client, clock=timezone.now)

    results = together(*[start_and_carry_out for _ in range(4)])

    assert unexpected(results, allowed=ALLOWED) == []
    states = list(ReconciliationRun.objects.values_list("state", flat=True))
    assert set(states) == {RunState.FINISHED}
    assert len(sandbox.books.requests(operation="GetFacturen")) == len(states)
