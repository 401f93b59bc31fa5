"""Delivering in bad weather: codes refused, service away, two workers, one that slept."""

import datetime

import pytest
from django.utils import timezone

from billing.bookings import decisions, outbox
from billing.bookings.delivery import deliver
from billing.bookings.recording import AttemptResult, progress_of, record, save_intent
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Attempt, Booking, BookingKind, Invoice, State
from integrations import leases
from integrations.models import Connection, Numbering, Uniqueness
from integrations.sessions import open_client
from tests import factories

NOW = timezone.now()
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def booking(connected) -> Booking:
    """One invoice, ready to go; its customer is known there."""
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    return Booking.objects.get()


@pytest.fixture
def known(sandbox, booking) -> Booking:
    sandbox.seed_relations([{"Code": booking.customer.number, "Bedrijf": booking.customer.name}])
    return booking


def test_refused_codes_pause_the_connection_after_one_login(connected, sandbox, booking):
    sandbox.books.renew_security_code_1()

    connected.deliver()
    connected.sweep(later=5 * MINUTE)

    connection = Connection.objects.get()
    assert (connection.is_paused, connection.pause_code) == (True, "E0011")
    assert len(sandbox.books.requests(operation="OpenSession")) == 1
    booking.refresh_from_db()
    assert (booking.state, booking.unconfirmed_sends) == (State.QUEUED, 0)


def test_a_service_that_is_away_delays_and_nothing_more(connected, sandbox, known):
    sandbox.stop()
    connected.deliver()
    known.refresh_from_db()
    assert (known.state, known.unconfirmed_sends) == (State.QUEUED, 0)

    sandbox.start()
    connected.sweep(later=5 * MINUTE)

    known.refresh_from_db()
    assert known.state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_relation_is_added_on_the_day_in_the_netherlands(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    late = datetime.datetime(2026, 12, 31, 23, 30, tzinfo=datetime.UTC)
    Booking.objects.filter(kind=BookingKind.RELATION).update(created_at=late)

    connected.deliver()

    (added,) = sandbox.books.requests(operation="AddRelatie")
    assert "AddDatum>2027-01-01" in added.body


def test_a_number_that_was_refused_and_is_there_tells_that_doubles_are_refused(connected, known):
    connected.deliver()
    Booking.objects.filter(pk=known.pk).update(
        state=State.UNKNOWN,
        unconfirmed_sends=1,
        refusal="exists",
        next_at=NOW,
        remote_id="",
        ended_at=None,
    )

    connected.sweep(later=5 * MINUTE)

    assert Connection.objects.get().refuses_duplicates == Uniqueness.YES


def test_only_one_worker_writes_at_a_time(connected, known):
    leases.take(connected.connection.pk, now=timezone.now())

    assert deliver(connected.connection.pk, open_client=open_client) == 0

    known.refresh_from_db()
    assert known.state == State.QUEUED


def test_a_worker_that_slept_past_its_lease_changes_nothing(connected, known):
    held, _step = decisions.claim_booking(progress_of(known), now=NOW + MINUTE)
    mine = save_intent(known, held, is_look_up=True, now=NOW)
    Booking.objects.filter(pk=known.pk).update(fencing_token=known.fencing_token + 1)

    done = record(
        known,
        mine,
        decisions.accepted(progress_of(known))[0],
        AttemptResult("accepted", 1),
        now=NOW,
    )

    known.refresh_from_db()
    assert not done
    assert known.state == State.CHECKING
    assert Attempt.objects.get().outcome == "accepted"


def test_a_booking_is_claimed_by_one_worker_only(known):
    held, _step = decisions.claim_booking(progress_of(known), now=NOW + MINUTE)
    other = Booking.objects.get(pk=known.pk)

    assert save_intent(known, held, is_look_up=True, now=NOW)
    assert save_intent(other, held, is_look_up=True, now=NOW) is None


@pytest.mark.parametrize(
    "action", ["drop", "truncate", "html", "fault", "redirect", "garbage", "empty", "wrong_number"]
)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_whatever_answer_comes_there_is_one_invoice_in_the_end(
    connected, sandbox, known, action, phase
):
    sandbox.faults.add(action, operation="AddFactuur", nth=1, phase=phase)

    connected.deliver()
    for minute in (1, 13, 14, 15, 16):
        connected.sweep(later=minute * MINUTE)

    known.refresh_from_db()
    assert known.state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_session_that_expires_in_between_is_renewed(connected, sandbox, known):
    sandbox.faults.add("expire", operation="AddFactuur", nth=1)

    connected.deliver()

    known.refresh_from_db()
    assert known.state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_damaged_look_up_never_counts_as_absence(connected, sandbox, known):
    sandbox.faults.add("drop", operation="AddFactuur", nth=1, phase="after")
    connected.deliver()
    sandbox.faults.add("truncate", operation="GetFacturen", probability=1.0, count=None)

    for minute in (1, 13, 14, 15, 75):
        connected.sweep(later=minute * MINUTE)

    known.refresh_from_db()
    assert known.state == State.UNKNOWN
    assert len(sandbox.books.requests(operation="AddFactuur")) == 1


class TestNumbersOfEBoekhouden:
    """The option in which the service numbers: what can be traced is traced."""

    @pytest.fixture
    def theirs(self, connected, sandbox):
        Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
        connected.connection.refresh_from_db()
        customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
        sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
        connected.hours(project=factories.create_project(customer=customer))
        return connected

    def test_the_number_comes_back(self, theirs, sandbox):
        invoice_in_eboekhouden(theirs.order(), connection=theirs.connection, now=NOW)
        theirs.deliver()

        assert Invoice.objects.get().number == sandbox.books.invoices()[0].number != ""

    def test_a_lost_answer_is_found_by_its_content(self, theirs, sandbox):
        sandbox.faults.add("drop", operation="AddFactuur", nth=1, phase="after")
        invoice_in_eboekhouden(theirs.order(), connection=theirs.connection, now=NOW)
        theirs.deliver()
        for minute in (1, 32, 33, 34):
            theirs.sweep(later=minute * MINUTE)

        assert Booking.objects.get().state == State.CONFIRMED
        assert len(sandbox.books.invoices()) == 1


def test_without_a_broker_the_sweep_delivers(
    connected, sandbox, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        connected.hours()
        invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.sweep(later=MINUTE)

    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.CONFIRMED


def test_a_customer_on_its_way_is_not_queued_twice(connected):
    customer = factories.create_customer(organisation=connected.organisation)

    first = outbox.queue_relation(customer, connected.connection, by=None, now=NOW)
    second = outbox.queue_relation(customer, connected.connection, by=None, now=NOW)

    assert first is not None
    assert second is None
