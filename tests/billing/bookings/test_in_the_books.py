"""The worked examples, and a thousand random invoices, come to the same cents in the books."""

import random
from collections import defaultdict
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.outbox import queue_invoice, queue_sales_entry
from billing.models import Booking, Invoice, State
from lib.money import ZERO
from tests.billing import issued as invoices
from tests.billing.documents.test_stored_amounts import EXAMPLES

NOW = timezone.now()
WAYS = {"as an invoice": queue_invoice, "as a sales entry": queue_sales_entry}


@pytest.fixture
def customers(connected, sandbox):
    """One for each treatment, known there."""
    found = {kind: invoices.buyer(connected.organisation, kind) for kind in invoices.KINDS}
    sandbox.seed_relations([{"Code": one.number, "Bedrijf": one.name} for one in found.values()])
    for number, customer in enumerate(found.values(), start=1):
        customer.remote_id = number
        customer.save(update_fields=["remote_id"])
    return found


def booked(sandbox) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """What the ledger has under each number: net, VAT, total."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for entry in sandbox.books.entries():
        for line in entry.lines:
            for place, name in enumerate(("net", "vat", "gross")):
                sums[entry.number][place] += getattr(line, name)
    return {number: tuple(found) for number, found in sums.items()}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_the_same_in_the_books(connected, sandbox, customers, name, way):
    kind, discount, items, expected = EXAMPLES[name]
    invoice = invoices.issued(customers[kind], items, discount=Decimal(discount))

    WAYS[way](invoice, connected.connection, by=None, now=NOW)
    connected.deliver()

    booking = Booking.objects.get()
    assert (booking.state, booking.reason, booking.text) == (State.CONFIRMED, "agrees", "")
    assert booked(sandbox) == {invoice.number: tuple(map(Decimal, expected))}


@pytest.mark.postgres
def test_a_thousand_random_invoices_are_the_same_in_the_books(connected, sandbox, customers):
    """In every treatment, with discounts and negative lines, and a credit of every other one."""
    dice = random.Random(1000)
    for n in range(0, 60, 2):
        first = invoices.random_invoice(dice, customers, number=f"2026-{n:04d}")
        for one in (first, invoices.credited(first, number=f"2026-{n + 1:04d}")):
            queue = dice.choice([queue_invoice, queue_sales_entry])
            queue(one, connected.connection, by=None, now=NOW)

    while connected.deliver():
        pass

    ended = {(b.state, b.reason, b.code, b.text) for b in Booking.objects.all()}
    assert ended == {(State.CONFIRMED, "agrees", "", "")}
    ours = {one.number: (one.net, one.vat, one.gross) for one in Invoice.objects.all()}
    assert booked(sandbox) == ours
