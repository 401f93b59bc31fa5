"""Several workers and people at once, on a real PostgreSQL: confirmed invoices are made once."""

import datetime

import pytest
from django.db import connection as database
from django.utils import timezone

from billing.invoices import creating
from billing.invoices.creating import InvoiceRequest, ProposalChanged, invoice_in_eboekhouden
from billing.invoices.in_background import run_invoicing, start_invoicing
from billing.invoices.proposals import propose
from billing.models import Batch, Booking, Invoice, InvoicingRun, Origin
from billing.unbilled.requested_rows import RequestedRows
from integrations.runs import ABANDONED_AFTER, RunState, claim_run
from registrations.models import TimeEntry
from registrations.overview.selection import Selection
from tests.interleaving import just_before

from .concurrent import together, unexpected

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

NOW = timezone.now()


def confirm(agency, entries: list[TimeEntry], **choices: object) -> InvoicingRun:
    """Confirm what the dialog would show for these hours."""
    ids = tuple(entry.pk for entry in entries)
    requested = RequestedRows(agency.organisation, Selection(time_entries=ids))
    options = agency.options(**choices)
    proposal = propose(agency.organisation, requested.work.load(), options=options)
    return start_invoicing(
        requested,
        options,
        proposal.token,
        shown=proposal.figures,
        by=agency.member.user,
        now=NOW,
    )


def carry_out(run: InvoicingRun) -> None:
    run_invoicing(run.pk, clock=timezone.now)


def states() -> list[str]:
    return sorted(InvoicingRun.objects.values_list("state", flat=True))


@pytest.mark.parametrize("origin", Origin)
def test_many_workers_make_what_was_confirmed_once(connected, origin):
    run = confirm(connected, [connected.hours() for _ in range(5)], origin=origin)

    results = together(*[lambda: carry_out(run) for _ in range(4)])

    assert not unexpected(results, allowed=())
    assert states() == [RunState.FINISHED]
    assert Invoice.objects.count() == 5
    assert TimeEntry.objects.filter(invoice_line=None).count() == 0


def test_a_second_worker_that_thinks_the_first_one_dead_makes_nothing_twice(connected):
    run = confirm(connected, [connected.hours() for _ in range(3)])
    late = datetime.timedelta(seconds=1) + ABANDONED_AFTER
    results: list[object] = []

    def another() -> None:
        # Of another process, while the first one is about to queue its bookings.
        results.extend(together(lambda: claim_run(InvoicingRun, run.pk, now=timezone.now() + late)))

    with just_before("INSERT INTO billing_booking", another):
        carry_out(run)

    assert isinstance(results[0], InvoicingRun)
    assert not Invoice.objects.exists()
    run_invoicing(run.pk, clock=lambda: timezone.now() + 3 * late)
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.FINISHED, 3)
    assert sorted(str(i) for i in Invoice.objects.all()) == [f"TC2026-{n:04d}" for n in range(1, 4)]


@pytest.mark.parametrize("_round", range(3))
def test_overlapping_confirmations_never_share_an_hour(connected, _round):
    entries = [connected.hours() for _ in range(12)]
    runs = [confirm(connected, entries[start : start + 8]) for start in (0, 4)]

    results = together(*[lambda run=run: carry_out(run) for run in runs])

    assert not unexpected(results, allowed=())
    assert states() == [RunState.FAILED, RunState.FINISHED]
    assert Batch.objects.count() == 1
    assert Invoice.objects.count() == Booking.objects.documents().count() == 8


@pytest.mark.parametrize("_round", range(3))
def test_the_same_hours_are_billed_by_the_worker_or_in_a_request(connected, _round):
    entries = [connected.hours() for _ in range(4)]
    run = confirm(connected, entries)
    work = RequestedRows(
        connected.organisation, Selection(time_entries=tuple(entry.pk for entry in entries))
    ).work
    request = InvoiceRequest(
        connected.organisation, work, connected.options(), run.token, connected.member.user
    )

    results = together(
        lambda: carry_out(run),
        lambda: invoice_in_eboekhouden(request, connection=connected.connection, now=NOW),
    )

    assert not unexpected(results, allowed=(ProposalChanged,))
    assert Batch.objects.count() == 1
    assert Invoice.objects.count() == 4


def test_one_of_two_equal_confirmations_is_stored(connected):
    entries = [connected.hours() for _ in range(3)]

    results = together(*[lambda: confirm(connected, entries) for _ in range(4)])

    assert not unexpected(results, allowed=())
    assert {run.pk for run in results} == {InvoicingRun.objects.get().pk}


def test_progress_is_seen_before_anything_is_committed(connected, monkeypatch):
    monkeypatch.setattr(creating, "AT_ONCE", 2)
    run = confirm(connected, [connected.hours() for _ in range(5)])
    seen: list[object] = []

    def look() -> None:
        def figures() -> tuple[int, str, int]:
            found = InvoicingRun.objects.get(pk=run.pk)
            return found.done, found.state, Invoice.objects.count()

        seen.extend(together(figures))

    with just_before("UPDATE billing_invoicingrun SET heartbeat_at", look):
        carry_out(run)

    assert seen == [(5, RunState.RUNNING, 0)]
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.FINISHED, 5)


def test_without_a_second_connection_the_invoices_are_made_all_the_same(connected, monkeypatch):
    run = confirm(connected, [connected.hours() for _ in range(3)])
    # Nothing listens there; the connection of the worker is open already.
    monkeypatch.setitem(database.settings_dict, "PORT", "1")

    carry_out(run)

    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.FINISHED, 3)
    assert Invoice.objects.count() == 3
