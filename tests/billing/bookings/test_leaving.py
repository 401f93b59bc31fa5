"""A worker leaves: it finishes the exchange that it began and leaves the rest to others."""

import time
from collections.abc import Callable

import pytest
from django.utils import timezone

from billing.bookings import delivery
from billing.bookings.payloads import SCHEMA
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Attempt, Booking, State
from sandbox import Sandbox
from tests import factories
from tests.plugins.worker import sending_to, worker_of

NOW = timezone.now()
PATIENCE = 60


def until(condition: Callable[[], object]) -> bool:
    """Whether it comes true within a minute; a busy machine may need a part of that."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


def invoices(agency, count: int) -> None:
    """So many invoices for customers that are known there, ready to go."""
    for _ in range(count):
        customer = factories.create_customer(
            organisation=agency.organisation, remote_id=agency.organisation.customers.count() + 1
        )
        agency.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(agency.order(), connection=agency.connection, now=NOW)


def seed(sandbox) -> None:
    rows = [
        {"Code": booking.customer.number, "Bedrijf": booking.customer.name}
        for booking in Booking.objects.select_related("customer")
    ]
    sandbox.seed_relations(rows)


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_leave_finishes_what_is_on_the_wire(
    agency, tmp_path, own_redis_url, worker_sandbox_port
):
    with Sandbox(books=tmp_path / "books", port=worker_sandbox_port) as sandbox:
        agency.connection = factories.create_connection(
            organisation=agency.organisation, sandbox=sandbox
        )
        sandbox.faults.add("delay", operation="AddFactuur", phase="after", seconds=2)
        with worker_of(own_redis_url, worker_sandbox_port, name="leaving@test") as worker:
            with sending_to(own_redis_url):
                invoices(agency, 1)
                seed(sandbox)
                delivery.enqueue_delivery(agency.connection.pk)
            assert until(lambda: sandbox.books.requests(operation="AddFactuur"))

            worker.terminate()
            worker.wait(timeout=PATIENCE)

        assert worker.returncode == 0
        assert Booking.objects.get().state == State.CONFIRMED
        assert not Attempt.objects.filter(outcome="").exists()
        assert len(sandbox.books.invoices()) == 1


def test_a_long_turn_ends_after_a_booking_and_asks_for_the_rest(connected, sandbox, monkeypatch):
    asked = []
    monkeypatch.setattr(delivery, "LONGEST_TURN", 0.0)
    monkeypatch.setattr(delivery, "enqueue_delivery", asked.append)
    invoices(connected, 3)
    seed(sandbox)

    assert connected.deliver() == 1

    assert asked == [connected.connection.pk]
    assert connected.deliver() + connected.deliver() == 2
    assert len(sandbox.books.invoices()) == 3


@pytest.fixture
def newer(connected, sandbox) -> Booking:
    """A booking that a newer version of the program wrote."""
    invoices(connected, 1)
    seed(sandbox)
    booking = Booking.objects.get()
    booking.payload["schema"] = SCHEMA + 1
    booking.save(update_fields=["payload"])
    return booking


def test_an_older_worker_leaves_what_a_newer_program_wrote_alone(connected, sandbox, newer):
    assert connected.deliver() == 0

    newer.refresh_from_db()
    assert (newer.state, newer.attempts.count()) == (State.QUEUED, 0)
    assert sandbox.books.requests() == []


def test_the_page_tells_that_only_a_newer_worker_can_take_it(client_of, connected, newer):
    page = client_of(connected.member).get(f"/finance/bookings/{newer.pk}/")

    assert "newer version" in page.content.decode()
