"""What a look-up finds under our number, and what that means for the booking."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.presenters import describe_booking
from billing.bookings.side_by_side import sides
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, State
from integrations.models import Connection, Numbering
from integrations.sessions import open_client
from tests import factories
from tests.billing.issued import Item, issued
from tests.integrations.eboekhouden import samples
from tests.interleaving import just_before

NOW = timezone.now()
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def booking(connected, sandbox) -> Booking:
    """An invoice of an hour at 90 euros, ready to go; its customer is known there."""
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer), minutes=60)
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    return Booking.objects.select_related("connection", "customer", "invoice").get()


def entered_there(connected, booking: Booking, **changes: object) -> None:
    """Somebody entered an invoice with our number in e-Boekhouden."""
    (ours,) = booking.payload["message"]["lines"]
    line = samples.invoice_line(
        quantity=changes.pop("quantity", Decimal(ours["quantity"])),
        price=changes.pop("price", Decimal(ours["price"])),
        description=changes.pop("description", ours["description"]),
        unit=ours["unit"],
    )
    values = {
        "number": booking.natural_key,
        "relation_code": booking.customer.number,
        "date": booking.invoice.date,
        "lines": [line] * changes.pop("lines", 1),
    }
    with open_client(connected.connection) as client:
        client.add_invoice(samples.invoice(**values | changes))


def sent_here(connected, sandbox) -> Booking:
    """A sales entry, ready to go; its customer is known there."""
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    (draft,) = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    sent = mark_sent(draft, by=connected.member.user, now=NOW)
    create_sales_entries([sent], connected.connection, by=connected.member.user, now=NOW)
    return Booking.objects.get(kind=BookingKind.SALES_ENTRY)


def described(booking: Booking) -> str:
    fresh = Booking.objects.for_display().get(pk=booking.pk)
    return describe_booking(fresh, now=NOW).text


@pytest.mark.parametrize(
    "there",
    [
        {"quantity": Decimal(2), "price": Decimal("45.00")},
        {"description": "Something else"},
    ],
)
def test_an_equal_document_with_other_lines_is_not_taken_for_ours(connected, booking, there):
    entered_there(connected, booking, **there)

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.CONFLICT, "identical")
    assert "An identical document already exists" in described(booking)


def test_a_document_that_was_rewritten_after_a_lost_answer_is_ours(connected, sandbox, booking):
    sandbox.faults.add("drop", operation="AddFactuur", nth=1, phase="after")
    connected.deliver()
    (there,) = sandbox.books.invoices()
    sandbox.books.change("invoices", there.id, {"lines": [{"description": "Rewritten"}]})

    connected.sweep(later=5 * MINUTE)

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.CONFIRMED, "text-differs")


def test_two_other_documents_with_our_number_are_for_a_person(connected, sandbox, booking):
    sandbox.switches.unique_invoice = sandbox.switches.unique_mutation = False
    for _ in range(2):
        entered_there(connected, booking, lines=3)

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.CONFLICT, "several")
    assert "Several documents have this number" in described(booking)


def test_another_customers_document_of_the_same_amount_is_described_without_a_difference(
    connected, sandbox, booking
):
    sandbox.seed_relations([{"Code": "X1", "Bedrijf": "Somebody Else B.V."}])
    entered_there(connected, booking, relation_code="X1")

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.CONFLICT, "different")
    assert described(booking).endswith("X1, €\u00a0108.90.")


def test_a_sales_entry_of_a_lost_answer_is_found_by_its_correlation_id(connected, sandbox):
    entry = sent_here(connected, sandbox)
    sandbox.faults.add("drop", operation="AddMutatie", nth=1, phase="after")
    connected.deliver()

    connected.sweep(later=5 * MINUTE)

    entry.refresh_from_db()
    assert (entry.state, entry.reason) == (State.CONFIRMED, "looked-up")
    assert entry.attempts.filter(outcome="same_with_token").count() == 1
    assert len(sandbox.books.entries()) == 1


def test_a_relation_of_another_customer_here_is_for_a_person(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    (relation,) = sandbox.books.relations()
    factories.create_customer(organisation=connected.organisation, remote_id=relation.id)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    connected.deliver()

    booking = Booking.objects.get(kind=BookingKind.RELATION)
    assert (booking.state, booking.reason) == (State.CONFLICT, "different")
    customer.refresh_from_db()
    assert customer.remote_id is None


def test_of_two_equal_invoices_without_a_number_neither_claims_the_one_that_is_there(
    connected, sandbox
):
    Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
    connected.connection.refresh_from_db()
    customer = connected.known_customer(sandbox)
    project = factories.create_project(customer=customer)
    task = factories.create_task(organisation=connected.organisation)
    for _ in range(2):
        connected.hours(project=project, task=task)
        invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    sandbox.faults.add("drop", operation="AddFactuur", nth=1, phase="after")

    connected.deliver()

    first, second = Booking.objects.order_by("pk")
    assert first.fingerprint == second.fingerprint
    assert first.state == State.UNKNOWN
    assert (second.state, second.reason) == (State.CONFLICT, "several")
    assert len(sandbox.books.invoices()) == 1


def test_a_number_that_an_invoice_here_has_already_is_not_taken_over(connected, sandbox):
    Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
    connected.connection.refresh_from_db()
    customer = connected.known_customer(sandbox)
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    booking = Booking.objects.get()
    issued(customer, [Item()], number="F00001")

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.remote_id) == (State.CONFIRMED, "F00001")
    assert Invoice.objects.get(bookings=booking).number == ""


def test_a_document_that_cannot_be_found_right_after_it_was_accepted_is_confirmed_without_a_copy(
    connected, sandbox, booking
):
    sandbox.switches.visibility_lag_ms = 60_000

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.reason) == (State.CONFIRMED, "")
    assert booking.remote_snapshot is None
    assert len(sandbox.books.invoices()) == 1


def test_a_session_that_is_lost_at_every_sending_leaves_the_booking_to_a_later_worker(
    connected, sandbox, booking
):
    sandbox.faults.add("expire", operation="AddFactuur", count=None)

    connected.deliver()

    booking.refresh_from_db()
    assert (booking.state, booking.unconfirmed_sends) == (State.CHECKING, 0)
    assert sandbox.books.invoices() == []
    sandbox.faults.clear()
    connected.sweep(later=5 * MINUTE)
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_booking_that_a_person_cancels_while_it_is_being_claimed_is_not_sent(
    connected, sandbox, booking
):
    cancelled = {"state": State.CANCELLED, "next_at": None}

    with just_before(
        "UPDATE billing_booking", lambda: Booking.objects.filter(pk=booking.pk).update(**cancelled)
    ):
        assert connected.deliver() == 0

    booking.refresh_from_db()
    assert (booking.state, booking.attempts.count()) == (State.CANCELLED, 0)
    assert sandbox.books.requests(operation="AddFactuur") == []


def test_a_document_whose_customer_was_imported_meanwhile_goes_with_the_next_sweep(
    connected, sandbox
):
    customer = factories.create_customer(organisation=connected.organisation)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": "Somebody Else B.V."}])
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    document = Booking.objects.get(kind=BookingKind.INVOICE)
    assert (document.state, document.reason) == (State.BLOCKED, "customer")
    customer.remote_id = sandbox.books.relations()[0].id
    customer.save(update_fields=["remote_id"])

    connected.sweep(later=MINUTE)

    document.refresh_from_db()
    assert document.state == State.CONFIRMED


def test_of_documents_with_many_lines_only_the_number_of_lines_is_compared(connected, booking):
    entered_there(connected, booking, lines=26)
    connected.deliver()
    booking.refresh_from_db()

    facts = {fact.label: (fact.local, fact.remote) for fact in sides(booking)}

    assert facts["Lines"] == (1, 26)
    assert "Line 1" not in facts
