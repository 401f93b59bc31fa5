"""What was made there is read before it is written down: its id, and whether it is ours."""

import datetime

import pytest
from django.utils import timezone

from billing.invoices.creating import invoice_in_eboekhouden
from billing.models import Booking, BookingKind, Invoice, State
from customers.models import Customer
from integrations.models import Numbering
from tests import factories

MINUTE = datetime.timedelta(minutes=1)


def bill(connected, customer: Customer) -> None:
    """An hour of this customer becomes an invoice there, as soon as somebody delivers."""
    connected.hours(project=factories.create_project(customer=customer))
    order = connected.order()
    invoice_in_eboekhouden(order, connection=connected.connection, now=timezone.now())


@pytest.fixture
def theirs(connected, sandbox) -> Booking:
    """One invoice, which gets its number there."""
    connection = connected.connection
    connection.numbering = Numbering.EBOEKHOUDEN
    connection.save(update_fields=["numbering"])
    bill(connected, connected.known_customer(sandbox))
    return Booking.objects.get()


def test_a_number_of_theirs_counts_once_it_was_seen(connected, sandbox, theirs):
    connected.deliver()

    theirs.refresh_from_db()
    assert (theirs.state, theirs.reason) == (State.CONFIRMED, "agrees")
    assert theirs.remote_snapshot["number"] == theirs.remote_id == "F00001"


def test_a_number_of_theirs_under_which_nothing_stands_is_not_believed(connected, sandbox, theirs):
    sandbox.faults.add("wrong_number", operation="AddFactuur", phase="after")

    connected.deliver()
    theirs.refresh_from_db()
    assert (theirs.state, theirs.reason) == (State.UNKNOWN, "other-number")

    connected.sweep(later=5 * MINUTE)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.remote_id) == (State.CONFIRMED, "F00001")
    assert Invoice.objects.get().number == "F00001"
    assert len(sandbox.books.invoices()) == 1


def test_a_number_of_theirs_under_which_another_stands_is_not_believed(connected, sandbox, theirs):
    connected.deliver()
    customer = connected.known_customer(sandbox, remote_id=2)
    bill(connected, customer)
    sandbox.faults.add("wrong_number", operation="AddFactuur", phase="after", other="F00001")

    connected.deliver()
    connected.sweep(later=5 * MINUTE)

    second = Booking.objects.get(customer=customer)
    assert (second.state, second.remote_id) == (State.CONFIRMED, "F00002")


def test_a_number_of_theirs_that_cannot_be_read_now_is_looked_up_later(connected, sandbox, theirs):
    sandbox.faults.add("drop", operation="GetFacturen", nth=2)

    connected.deliver()
    theirs.refresh_from_db()
    assert (theirs.state, theirs.reason) == (State.UNKNOWN, "connection-lost")

    connected.sweep(later=5 * MINUTE)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.remote_id) == (State.CONFIRMED, "F00001")
    assert len(sandbox.books.invoices()) == 1


def test_a_number_of_ours_that_was_accepted_counts_though_it_cannot_be_read_now(connected, sandbox):
    bill(connected, connected.known_customer(sandbox))
    sandbox.faults.add("drop", operation="GetFacturen", nth=2)

    connected.deliver()

    booking = Booking.objects.get()
    assert (booking.state, booking.reason) == (State.CONFIRMED, "")


def test_a_wrong_id_of_a_new_relation_is_not_believed_when_it_cannot_be_read(connected, sandbox):
    bill(connected, factories.create_customer(organisation=connected.organisation))
    sandbox.faults.add("wrong_number", operation="AddRelatie", phase="after")
    sandbox.faults.add("html", operation="GetRelaties", nth=2)

    connected.deliver()
    connected.sweep(later=5 * MINUTE)

    (relation,) = sandbox.books.relations()
    assert Customer.objects.get().remote_id == relation.id


def test_a_wrong_id_of_a_new_relation_is_put_right(connected, sandbox):
    bill(connected, factories.create_customer(organisation=connected.organisation))
    sandbox.faults.add("wrong_number", operation="AddRelatie", phase="after")

    connected.deliver()

    (relation,) = sandbox.books.relations()
    assert Customer.objects.get().remote_id == relation.id
    assert Booking.objects.get(kind=BookingKind.RELATION).remote_id == str(relation.id)
