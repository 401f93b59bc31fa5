"""A delivery that is interrupted between two steps: nothing is sent twice, and nothing is lost."""

import datetime
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from django.db.models import F
from django.utils import timezone

from billing.bookings import decisions, steps
from billing.bookings.decisions import LookUpResult, Progress, Refusal, Step
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Booking, State
from integrations.models import Connection
from tests import factories

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def booking(connected, sandbox) -> Booking:
    """An invoice that is due, of a customer that e-Boekhouden has."""
    customer = factories.create_customer(organisation=connected.organisation, remote_id=1)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    return Booking.objects.get()


def another_worker_takes_over() -> None:
    Connection.objects.update(fencing_token=F("fencing_token") + 1)


def sent(sandbox) -> int:
    return len(sandbox.books.requests(operation="AddFactuur"))


def test_a_worker_that_lost_its_lease_claims_nothing(connected, sandbox, booking, at_point):
    at_point("after-lease", another_worker_takes_over)

    assert connected.deliver() == 0

    booking.refresh_from_db()
    assert (booking.state, booking.attempts.count(), sent(sandbox)) == (State.QUEUED, 0, 0)


def test_a_worker_that_loses_its_lease_after_the_look_up_sends_nothing(
    connected, sandbox, booking, at_point
):
    at_point("after-look-up", another_worker_takes_over)

    assert connected.deliver() == 1

    assert sent(sandbox) == 0
    connected.sweep(later=HOUR)
    connected.sweep(later=2 * HOUR)
    booking.refresh_from_db()
    assert (booking.state, sent(sandbox)) == (State.CONFIRMED, 1)


def test_a_service_that_stops_before_sending_delays_the_document(
    connected, sandbox, booking, at_point
):
    at_point("after-intent", sandbox.stop)

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.QUEUED, "not-sent")
    assert booking.attempts.latest("pk").outcome == "not-sent"
    sandbox.start()
    connected.sweep(later=HOUR)
    booking.refresh_from_db()
    assert (booking.state, len(sandbox.books.invoices())) == (State.CONFIRMED, 1)


def test_a_worker_that_was_too_slow_after_its_intent_sends_nothing(
    connected, sandbox, booking, at_point, monkeypatch
):
    at_point("after-intent", lambda: monkeypatch.setattr(steps, "LATEST_START", -1.0))

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason, sent(sandbox)) == (State.QUEUED, "not-sent", 0)


def test_a_message_that_cannot_be_written_is_rejected_without_sending(connected, sandbox, booking):
    booking.payload["message"]["lines"][0]["description"] = "\x01"
    booking.save()

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.REJECTED, "invalid")
    assert (booking.unconfirmed_sends, sent(sandbox)) == (0, 0)


def test_codes_that_no_key_decrypts_pause_the_connection(connected, sandbox, booking, settings):
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]

    assert connected.deliver() == 0

    connection = Connection.objects.get()
    assert (connection.is_paused, connection.pause_code) == (True, "keys")
    assert sandbox.books.requests() == []


def sending() -> Progress:
    held, _step = decisions.claim_booking(Progress(State.QUEUED, next_at=NOW), now=NOW)
    return decisions.begin_sending(held, now=NOW)


def absent(progress: Progress) -> tuple[Progress, Step]:
    return decisions.found(
        progress, LookUpResult.ABSENT, started_at=NOW, now=NOW, settle=datetime.timedelta(minutes=1)
    )


def test_a_quota_that_is_used_up_blocks_the_booking_for_an_hour():
    refused, _step = decisions.refused(sending(), Refusal.QUOTA, now=NOW)

    blocked, step = absent(refused)

    assert (blocked.state, blocked.reason, step) == (State.BLOCKED, "quota", Step.STOP)
    assert (blocked.next_at, blocked.unconfirmed_sends) == (NOW + HOUR, 0)


def test_a_sending_without_a_moment_is_an_error_and_no_absence():
    checking = replace(sending(), state=State.CHECKING, last_sent_at=None)

    with pytest.raises(ValueError, match="sent"):
        absent(checking)
