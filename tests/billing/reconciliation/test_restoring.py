"""After a restore nothing is sent, decided or numbered before both sides were compared."""

import copy
import datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from billing.documents.archive import triggers as triggers
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import Held, mark_sent
from billing.models import (
    Booking,
    Difference,
    Invoice,
    NumberSeries,
    Origin,
    ReconciliationRun,
    State,
)
from billing.reconciliation.restoring import NotYet, compare_and_resume, resume_without_check
from billing.reconciliation.running import run_reconciliation
from billing.resolving import actions as choices
from integrations.database_identity import QUIET
from integrations.models import Connection
from integrations.sessions import open_client
from registrations.models import TimeEntry
from tests import factories

NOW = timezone.now()
LATER = NOW + QUIET + datetime.timedelta(hours=1)


def bill(connected) -> Booking:
    order = connected.order(date=localdate())
    batch = invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)
    return batch.bookings.select_related("connection", "invoice", "customer").get()


def forget(booking: Booking) -> None:
    """As if the backup had been made before the invoice was."""
    triggers.remove(using="default")
    booking.delete()
    TimeEntry.objects.update(invoice_line=None, status="open")
    Invoice.objects.filter(pk=booking.invoice_id).delete()
    NumberSeries.objects.all().delete()
    triggers.install_triggers(using="default")


def restored(connected) -> None:
    call_command("after_restore")
    connected.connection.refresh_from_db()


def compare(now: datetime.datetime = LATER) -> None:
    """What beat does every minute, and a worker when it is rung for."""
    compare_and_resume(now=now, today=localdate())
    for run in ReconciliationRun.objects.filter(state="queued"):
        ReconciliationRun.objects.filter(pk=run.pk).update(created_at=now)
        run_reconciliation(run.pk, open_client=open_client, clock=lambda: now)
    compare_and_resume(now=now, today=localdate())


@pytest.fixture
def forgotten(connected, sandbox):
    """An invoice of two hours stands in e-Boekhouden, and this database knows nothing of it."""
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    booking = bill(connected)
    connected.deliver()
    forget(booking)
    restored(connected)
    return connected


def test_nothing_is_sent_before_it_was_compared(connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    bill(connected)
    restored(connected)

    connected.sweep()
    compare(now=NOW)

    assert not sandbox.books.requests()
    compare()
    connected.sweep(later=datetime.timedelta(hours=3))
    connected.sweep(later=datetime.timedelta(hours=3, minutes=1))
    assert Booking.objects.get().state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_document_that_was_forgotten_holds_everything_until_somebody_has_seen_it(
    forgotten, sandbox
):
    compare()

    forgotten.connection.refresh_from_db()
    assert forgotten.connection.must_compare_first
    assert [finding.number for finding in Difference.objects.all()] == ["TC2026-0001"]
    assert NumberSeries.objects.get().last == 1
    Difference.objects.update(reviewed_at=NOW)
    compare()
    forgotten.connection.refresh_from_db()
    assert not forgotten.connection.must_compare_first


def test_a_booking_that_was_sent_after_the_backup_is_found_again_not_sent_again(connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    booking = bill(connected)
    before = copy.copy(booking)
    connected.deliver()
    booking.attempts.all().delete()
    before.save()
    restored(connected)

    compare()
    connected.sweep(later=datetime.timedelta(hours=3))

    before.refresh_from_db()
    assert (before.state, before.reason) == (State.CONFIRMED, "looked-up")
    assert len(sandbox.books.requests(operation="AddFactuur")) == 1


def test_what_no_check_can_compare_goes_on_when_somebody_compared_it_by_hand(connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    bill(connected)
    restored(connected)

    with pytest.raises(CommandError, match="may arrive for another"):
        call_command("after_restore", compared=True)
    resume_without_check(connected.connection, now=LATER)

    connected.connection.refresh_from_db()
    assert not connected.connection.must_compare_first
    assert Booking.objects.get().unconfirmed_sends == 1  # so it is looked up before anything else
    with pytest.raises(NotYet, match="does not wait"):
        resume_without_check(connected.connection, now=LATER)


def test_by_hand_too_a_document_that_was_forgotten_is_seen_first(forgotten):
    compare()

    with pytest.raises(NotYet, match="Review them first"):
        resume_without_check(forgotten.connection, now=LATER)

    forgotten.connection.refresh_from_db()
    assert forgotten.connection.must_compare_first


def test_what_a_restored_database_says_of_a_booking_is_not_decided_upon(connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    booking = bill(connected)
    restored(connected)

    with pytest.raises(choices.Comparing):
        choices.cancel(booking, by=connected.member.user, now=NOW)


def test_every_page_says_that_it_is_being_compared(inside, forgotten):
    page = inside.get(reverse("billing:booking-list")).content.decode()

    assert "Restored from a backup: nothing is sent to e-Boekhouden" in page


def test_a_number_that_left_the_house_is_not_given_again(connected):
    call_command("after_restore", number=["2026-0150"], organisation=connected.organisation.name)

    assert NumberSeries.objects.get(prefix="", year=2026).last == 150


def test_no_number_is_given_while_it_is_being_compared(inside, connected, sandbox):
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    restored(connected)

    with pytest.raises(Held):
        mark_sent(draft, by=connected.member.user, now=NOW)
    rows = {"time_entry": [connected.organisation.time_entries.get().pk]}
    page = inside.post(reverse("billing:eboekhouden-dialog"), rows).content.decode()
    assert "no invoice numbers are assigned until the comparison is complete" in page
    assert not Invoice.objects.exclude(number="").exists()


def test_while_the_comparison_runs_no_second_one_begins(connected):
    restored(connected)

    for _minute in range(2):
        compare_and_resume(now=LATER, today=localdate())

    connected.connection.refresh_from_db()
    assert ReconciliationRun.objects.count() == 1
    assert connected.connection.must_compare_first


def test_a_connection_without_codes_waits_until_they_are_entered(connected):
    restored(connected)
    Connection.objects.update(sealed_code_1="", sealed_code_2="")

    compare_and_resume(now=LATER, today=localdate())

    connected.connection.refresh_from_db()
    assert not ReconciliationRun.objects.exists()
    assert connected.connection.must_compare_first
