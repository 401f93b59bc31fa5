"""Hours, expenses and trips become invoices in e-Boekhouden: once, and to the cent."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.invoices.creating import ProposalChanged, invoice_in_eboekhouden
from billing.models import Booking, BookingKind, Invoice, State
from registrations.models import Status, TimeEntry
from registrations.rates.pricing import without_vat
from tests import factories

NOW = timezone.now()
MINUTES = datetime.timedelta(minutes=1)


def test_hours_an_expense_and_a_trip_arrive_as_one_invoice_to_the_cent(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    project = factories.create_project(customer=customer)
    connected.hours(project=project, minutes=50)
    connected.hours(project=project, minutes=45)
    factories.create_expense(project=project, membership=connected.member, price=Decimal("42.50"))
    factories.create_trip(project=project, membership=connected.member)

    batch = invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    assert [b.state for b in batch.bookings.all()] == [State.CONFIRMED] * 2
    (relation,) = sandbox.books.relations()
    assert (relation.code, relation.name) == (customer.number, customer.name)
    (booked,) = sandbox.books.invoices()
    invoice = Invoice.objects.get()
    assert booked.number == invoice.number == "TC2026-0001"
    assert booked.total == invoice.gross
    assert set(TimeEntry.objects.values_list("status", flat=True)) == {Status.INVOICED}
    assert Booking.objects.get(kind=BookingKind.INVOICE).reason == "agrees"


def test_a_refund_and_a_sum_incl_vat_arrive_to_the_cent(connected, sandbox):
    project = factories.create_project(organisation=connected.organisation)
    quantity, price = without_vat(Decimal(100), Decimal("0.99"), percentage=Decimal(21))
    for count, euros in ((quantity, price), (Decimal(1), Decimal("-10.00"))):
        factories.create_expense(
            project=project, membership=connected.member, quantity=count, price=euros
        )

    batch = invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    assert [b.state for b in batch.bookings.all()] == [State.CONFIRMED] * 2
    (booked,) = sandbox.books.invoices()
    # 99.00 less 12.10.
    assert booked.total == Invoice.objects.get().gross == Decimal("86.90")


def test_a_customer_that_is_there_under_its_number_is_not_made_again(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name.upper()}])

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    assert len(sandbox.books.relations()) == 1
    customer.refresh_from_db()
    assert customer.is_in_eboekhouden


def test_another_customer_under_our_number_is_for_a_person_to_judge(connected, sandbox):
    customer = factories.create_customer(organisation=connected.organisation)
    connected.hours(project=factories.create_project(customer=customer))
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": "Somebody Else B.V."}])

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    relation = Booking.objects.get(kind=BookingKind.RELATION)
    invoice = Booking.objects.get(kind=BookingKind.INVOICE)
    assert (relation.state, invoice.state) == (State.CONFLICT, State.BLOCKED)
    assert not sandbox.books.invoices()


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_lost_answer_is_looked_up_instead_of_sent_again(connected, sandbox, phase):
    connected.hours()
    sandbox.faults.add(operation="AddFactuur", nth=1, phase=phase, action="drop")

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    unknown = Booking.objects.get(kind=BookingKind.INVOICE)
    for minute in (1, 13, 14, 15):
        connected.sweep(later=minute * MINUTES)

    assert unknown.state == State.UNKNOWN
    assert Booking.objects.get(pk=unknown.pk).state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_nothing_is_sent_again_before_the_service_can_no_longer_act_on_it(connected, sandbox):
    connected.hours()
    sandbox.faults.add(operation="AddFactuur", nth=1, phase="before", action="drop")
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    for minute in (1, 5, 9):
        connected.sweep(later=minute * MINUTES)

    assert not sandbox.books.invoices()
    assert Booking.objects.get(kind=BookingKind.INVOICE).state == State.UNKNOWN


def test_an_unknown_template_is_refused_in_words_and_booked_after_mending(connected, sandbox):
    connected.hours()
    connected.connection.template = "Overheid"
    connected.connection.save()

    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()

    booking = Booking.objects.get(kind=BookingKind.INVOICE)
    assert (booking.state, booking.code) == (State.REJECTED, "CFACT028")
    assert booking.text == "Factuursjabloon is niet gevonden"


def test_rows_that_changed_meanwhile_are_shown_again_and_nothing_happens(connected):
    entry = connected.hours(minutes=60)
    order = connected.order()
    TimeEntry.objects.filter(pk=entry.pk).update(minutes=90)

    with pytest.raises(ProposalChanged):
        invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)

    assert not Invoice.objects.exists()
    assert TimeEntry.objects.get().invoice_line is None


def test_the_same_rows_are_never_billed_twice(connected):
    connected.hours()
    order = connected.order()
    invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)

    with pytest.raises(ProposalChanged):
        invoice_in_eboekhouden(order, connection=connected.connection, now=NOW)

    assert Invoice.objects.count() == 1
