"""Many invoices of every kind: the dialog, the invoice, the message and the books agree."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.delivery import deliver
from billing.invoices.creating import draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Booking, BookingKind, Invoice, Origin, State
from billing.unbilled.lines import Grouping
from integrations.sessions import open_client
from lib.money import cents, hours
from tests import factories

NOW = timezone.now()
RATES = [
    ("21", "HOOG_VERK_21", "domestic"),
    ("9", "LAAG_VERK_9", "domestic"),
    ("0", "BU_EU_VERK", "export"),
    ("0", "GEEN", "exempt"),
]


def fill(agency, dice: random.Random, *, customers: int) -> None:
    """Customers with hours, expenses and trips at odd prices, negative ones among them."""
    organisation = agency.organisation
    rates = [
        factories.create_vat_rate(
            organisation=organisation,
            name=f"{p} {code}",
            percentage=Decimal(p),
            code=code,
            treatment=treatment,
        )
        for p, code, treatment in RATES[1:]
    ] + [agency.vat]
    for number in range(customers):
        customer = factories.create_customer(
            organisation=organisation,
            remote_id=number + 1,
            vat_rate=dice.choice([None, *rates]),
            country="CH",
        )
        project = factories.create_project(customer=customer)
        tasks = [
            factories.create_task(organisation=organisation, vat_rate=dice.choice([None, *rates]))
            for _ in range(2)
        ]
        for _ in range(dice.randint(1, 6)):
            minutes, price = dice.randint(1, 1440), Decimal(dice.randint(0, 30000)) / 100
            agency.hours(
                project=project,
                task=dice.choice(tasks),
                minutes=minutes,
                hourly_rate=price,
                amount=cents(hours(minutes) * price),
            )
        for _ in range(dice.randint(0, 4)):
            quantity = Decimal(dice.randint(1, 5000)) / 100
            price = Decimal(dice.randint(-20000, 90000)) / 100
            factories.create_expense(
                project=project,
                membership=agency.member,
                quantity=quantity,
                price=price,
                amount=cents(quantity * price),
                vat_rate=dice.choice([None, *rates]),
            )
        for _ in range(dice.randint(0, 3)):
            factories.create_trip(
                project=project,
                membership=agency.member,
                distance=dice.randint(1, 900),
                rate=Decimal(dice.choice(["0.23", "0.30", "0.45"])),
            )


@pytest.mark.parametrize("seed", range(2))
def test_invoices_in_eboekhouden_come_to_the_same_cents_everywhere(connected, sandbox, seed):
    dice = random.Random(seed)
    fill(connected, dice, customers=30)
    sandbox.seed_relations(
        [{"Code": c.number, "Bedrijf": c.name} for c in connected.organisation.customers.all()]
    )
    choices = {"grouping": dice.choice(list(Grouping)), "per_project": dice.random() < 0.5}
    shown = connected.proposal(**choices)

    invoice_in_eboekhouden(connected.order(**choices), connection=connected.connection, now=NOW)
    deliver(connected.connection.pk, open_client=open_client)

    bookings = list(Booking.objects.select_related("invoice"))
    assert {(b.state, b.reason) for b in bookings} == {(State.CONFIRMED, "agrees")}
    invoices = list(Invoice.objects.all())
    assert len(shown.invoices) == len(invoices) == 30
    assert [i.totals.gross for i in shown.invoices] == [
        i.gross for i in sorted(invoices, key=lambda i: i.number)
    ]
    there = {i.number: (i.net, i.vat, i.total) for i in sandbox.books.invoices()}
    assert there == {i.number: (i.net, i.vat, i.gross) for i in invoices}


def test_sales_entries_come_to_the_same_cents(connected, sandbox):
    dice = random.Random(100)
    fill(connected, dice, customers=30)
    sandbox.seed_relations(
        [{"Code": c.number, "Bedrijf": c.name} for c in connected.organisation.customers.all()]
    )
    drafts = draft_invoices(connected.order(origin=Origin.HERE), now=NOW)
    sent = [mark_sent(draft, by=connected.member.user, now=NOW) for draft in drafts]

    create_sales_entries(sent, connected.connection, by=connected.member.user, now=NOW)
    deliver(connected.connection.pk, open_client=open_client)

    bookings = Booking.objects.filter(kind=BookingKind.SALES_ENTRY)
    assert {(b.state, b.reason, b.code, b.text) for b in bookings} == {
        (State.CONFIRMED, "agrees", "", "")
    }
