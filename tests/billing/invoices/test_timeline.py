"""The timeline of an invoice that e-Boekhouden numbers, refuses or whose credit is cancelled."""

import pytest
from django.utils import timezone

from billing.invoices.creating import invoice_in_eboekhouden
from billing.invoices.timeline import timeline
from billing.models import Booking, Invoice
from billing.resolving import actions as actions
from integrations.models import Connection, Numbering
from tests import factories

from ..resolving.test_conflicts import occupy
from .test_crediting_there import credit, refused_credit

NOW = timezone.now()


@pytest.fixture
def numbered_there(connected) -> Invoice:
    """An invoice in e-Boekhouden, which assigned its number."""
    Connection.objects.update(numbering=Numbering.EBOEKHOUDEN)
    connected.connection.refresh_from_db()
    return booked(connected)


def booked(connected) -> Invoice:
    connected.hours()
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)
    connected.deliver()
    return Invoice.objects.get()


def told(invoice: Invoice) -> dict[str, str]:
    """The details of each entry, by its title."""
    return {entry.title: entry.meta for entry in timeline(invoice, now=NOW)}


def test_a_number_that_e_boekhouden_assigns_is_said_when_it_is_final(numbered_there):
    assert "e-Boekhouden assigns the number" in told(numbered_there)["Finalised"]


def test_a_credit_that_e_boekhouden_numbers_is_said_with_its_amount(connected, numbered_there):
    credit(connected, numbered_there)

    assert "e-Boekhouden assigns the number" in told(numbered_there)["Credited, €\u00a0108.90"]


def test_a_credit_that_was_cancelled_is_said(connected):
    invoice = booked(connected)
    booking = refused_credit(connected, invoice)
    actions.cancel(booking, by=connected.member.user, now=NOW)

    assert f"Credit invoice {booking.natural_key} was cancelled" in told(invoice)


def test_a_number_that_is_taken_there_is_said(connected, sandbox):
    customer = connected.known_customer(sandbox)
    occupy(connected, sandbox, "TC2026-0001")
    connected.hours(project=factories.create_project(customer=customer))
    invoice_in_eboekhouden(connected.order(), connection=connected.connection, now=NOW)

    connected.deliver()

    assert "Not booked: the number exists in e-Boekhouden" in told(Booking.objects.get().invoice)
