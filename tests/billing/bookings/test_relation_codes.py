"""The code of a relation is sent to the letter, and compared without capitals and outer blanks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.invoices.creating import invoice_in_eboekhouden
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, InvoiceStatus, State
from billing.reconciliation.documents import projected
from billing.resolving.actions import book_again
from customers.import_runs import start_import
from customers.importing import carry_out_import
from customers.models import Customer, ImportMode
from tests import factories

from ..issued import Item, issued

CODES = ["k00117", "K00117 ", " k00117", "K00117"]


def imported(connected, sandbox, code, number="K00117"):
    """A customer that is known by an import of the relation with this code."""
    customer = factories.create_customer(organisation=connected.organisation, number=number)
    sandbox.seed_relations([{"Code": code, "Bedrijf": customer.name}])
    run = start_import(
        connected.organisation,
        mode=ImportMode.UPDATE,
        by=connected.member.user,
        now=timezone.now(),
    )
    carry_out_import(run.pk, clock=timezone.now)
    customer.refresh_from_db()
    return customer


def booked(connected, customer):
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=timezone.now())
    connected.deliver()
    return Booking.objects.get(kind=BookingKind.INVOICE)


@pytest.mark.parametrize("compared", ["exact", "tolerant"])
@pytest.mark.parametrize("code", CODES)
def test_an_invoice_names_the_relation_by_its_own_code(connected, sandbox, code, compared):
    sandbox.switches.change({"codes_compared": compared})
    customer = imported(connected, sandbox, code)

    booking = booked(connected, customer)

    assert (customer.number, customer.relation_code) == ("K00117", code)
    assert (booking.state, booking.reason) == (State.CONFIRMED, "agrees")
    (invoice,) = sandbox.books.invoices()
    assert invoice.relation_code == code
    assert len(sandbox.books.relations()) == 1


@pytest.mark.parametrize("code", CODES)
def test_a_sales_entry_names_the_relation_by_its_own_code(connected, sandbox, code):
    customer = imported(connected, sandbox, code)
    invoice = issued(customer, [Item()], status=InvoiceStatus.SENT)
    create_sales_entries(
        [invoice], connected.connection, by=connected.member.user, now=timezone.now()
    )
    connected.deliver()

    booking = Booking.objects.get(kind=BookingKind.SALES_ENTRY)
    assert booking.state == State.CONFIRMED
    (entry,) = sandbox.books.entries()
    assert entry.relation_code == code


def test_numbers_of_the_service_are_found_again_with_a_blank_in_the_code(connected, sandbox):
    connected.connection.numbering = "eboekhouden"
    connected.connection.save()
    customer = imported(connected, sandbox, "K00117 ")
    sandbox.faults.add("drop", operation="AddFactuur", phase="after")

    booking = booked(connected, customer)
    connected.sweep(later=timedelta(minutes=10))
    connected.sweep(later=timedelta(minutes=20))

    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED
    assert len(sandbox.books.invoices()) == 1


def test_a_customer_known_before_the_code_was_kept_gets_out_of_the_refusal(connected, sandbox):
    customer = imported(connected, sandbox, "k00117")
    Customer.objects.filter(pk=customer.pk).update(remote_code="")
    booking = booked(connected, customer)
    assert booking.code == "CFACT025"
    run = start_import(
        connected.organisation, mode=ImportMode.ONLY_NEW, by=None, now=timezone.now()
    )
    carry_out_import(run.pk, clock=timezone.now)

    booking.refresh_from_db()
    book_again(booking, by=connected.member.user, now=timezone.now())
    connected.deliver()
    connected.deliver()

    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED


def test_what_waits_for_a_customer_follows_the_code_of_the_relation_found(connected, sandbox):
    sandbox.switches.change({"filter": "contains", "codes_compared": "exact"})
    customer = factories.create_customer(organisation=connected.organisation, number="K00117")
    sandbox.seed_relations([{"Code": "K00117 ", "Bedrijf": customer.name}])

    booking = booked(connected, customer)
    connected.deliver()

    booking.refresh_from_db()
    customer.refresh_from_db()
    assert customer.relation_code == "K00117 "
    assert booking.state == State.CONFIRMED
    assert booking.payload["message"]["relation_code"] == "K00117 "
    assert projected(booking.payload["message"], gross=0)["relation_code"] == "K00117"


def test_another_administration_forgets_the_code(connected, sandbox):
    customer = imported(connected, sandbox, "k00117")
    Customer.objects.filter(pk=customer.pk).update(remote_id=None)
    customer.refresh_from_db()
    assert customer.relation_code == "K00117"
