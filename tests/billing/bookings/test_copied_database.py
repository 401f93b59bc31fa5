"""A copy of a database cannot send, and what was restored compares before it sends."""

import pytest
from django.utils import timezone

from billing.bookings.sweep import sweep
from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Booking, BookingKind, State
from integrations import connecting
from integrations.database_identity import this_database
from integrations.models import Connection
from integrations.sessions import open_client

NOW = timezone.now()


@pytest.fixture
def copied(connected) -> Connection:
    """An invoice that waits to be sent, in a database that came from another place."""
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    Connection.objects.update(database_identity="elsewhere")
    connected.connection.refresh_from_db()
    return connected.connection


def test_a_copied_database_sends_nothing_and_says_why(copied, sandbox):
    sweep(open_client=open_client)

    copied.refresh_from_db()
    assert not sandbox.books.requests()
    assert (copied.is_paused, copied.pause_code) == (True, "copied")
    assert set(Booking.objects.values_list("state", flat=True)) <= {State.QUEUED, State.BLOCKED}


def test_the_place_of_a_database_is_the_same_every_time_it_is_asked(db):
    assert this_database() == this_database()


def test_what_never_sent_anything_is_at_home_where_it_sends_first(connected):
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    connected.deliver()

    connected.connection.refresh_from_db()
    assert connected.connection.database_identity == this_database()
    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.CONFIRMED


def test_a_person_may_make_the_copy_the_one_that_sends_and_then_it_compares_first(
    connected, copied, sandbox
):
    typed = connecting.CredentialsInput(username=copied.username)

    tested = connecting.test_connection(copied, typed=typed, by=connected.member.user, now=NOW)

    copied.refresh_from_db()
    assert tested.ok
    assert (copied.is_paused, copied.must_compare_first) == (False, True)
    assert copied.compare_from > NOW
    assert connected.deliver() == 0
    assert not sandbox.books.invoices()
