"""Discounts as e-Boekhouden takes them: to the cent the same as on our invoice."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.bookings.outbox import queue_invoice, queue_sales_entry
from billing.invoices.creating import draft_invoices
from billing.invoices.freezing import freeze
from billing.models import Booking, Invoice, Origin, State
from lib.money import net_amount
from tests import factories
from vat.total_rows import total_fields
from vat.totals import totals

NOW = timezone.now()


def discounted(agency, sandbox, dice: random.Random) -> Invoice:
    """An invoice with two rates, three ledger accounts, and discounts at random."""
    organisation = agency.organisation
    customer = factories.create_customer(organisation=organisation, remote_id=1)
    sandbox.seed_relations([{"Code": customer.number, "Bedrijf": customer.name}])
    low = factories.create_vat_rate(
        organisation=organisation, name="9%", percentage=Decimal(9), code="LAAG_VERK_9"
    )
    project = factories.create_project(customer=customer)
    for account in ("8000", "8010", ""):
        task = factories.create_task(organisation=organisation, ledger_account=account)
        agency.hours(project=project, task=task, minutes=dice.randint(1, 999))
    for _ in range(2):
        price = Decimal(dice.randint(1, 99999)) / 100
        factories.create_expense(
            project=project, membership=agency.member, price=price, vat_rate=low
        )
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE), now=NOW)
    lines = list(draft.lines.all())
    for line in lines:
        line.discount = Decimal(dice.choice([0, 0, dice.randint(0, 10000)])) / 100
        line.net = net_amount(line.quantity, line.price, line.discount)
        line.save(update_fields=["discount", "net"])
    draft.discount = Decimal(dice.randint(1, 10000)) / 100
    sums = total_fields(totals(lines, discount=draft.discount))
    Invoice.objects.filter(pk=draft.pk).update(discount=draft.discount, **sums)
    draft.refresh_from_db()
    draft.number = "TC2026-0001"
    freeze([draft], by=agency.member.user, now=NOW)
    return draft


@pytest.mark.parametrize("queue", [queue_invoice, queue_sales_entry])
@pytest.mark.parametrize("seed", range(4))
def test_an_invoice_with_discounts_comes_to_the_same_cents(connected, sandbox, queue, seed):
    invoice = discounted(connected, sandbox, random.Random(seed))

    queue(invoice, connected.connection, by=None, now=NOW)
    connected.deliver()

    booking = Booking.objects.get()
    assert (booking.state, booking.reason, booking.text) == (State.CONFIRMED, "agrees", "")
    (entry,) = sandbox.books.entries()
    assert sum((line.gross for line in entry.lines), Decimal(0)) == invoice.gross
