"""Billing, crediting and billing again at random: nothing is billed twice, nothing is lost."""

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from billing.invoices.creating import InvoiceRequest, draft_invoices
from billing.invoices.credit_lines import CreditInput, uncredited_lines, why_no_credit
from billing.invoices.crediting import draft_credit
from billing.invoices.drafting import delete_draft
from billing.invoices.issuing import make_final, mark_sent
from billing.invoices.proposals import propose
from billing.models import Invoice, InvoiceLine, Origin, RowDisposition
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from lib.money import ZERO
from registrations.models import BILLABLE_STATUSES, Status
from tests import factories
from vat.total_rows import total_fields
from vat.totals import totals

from ..test_same_cents import fill

NOW = timezone.now()


def bill_some(agency, dice: random.Random, *, discounts: tuple[str, ...] = ("0",)) -> list[Invoice]:
    """Invoices of a random choice of what is there, also of what is billed already."""
    every = agency.work()
    chosen = WorkQuery(
        *(
            some.filter(pk__in=[row.pk for row in some if dice.random() < 0.5])
            for some in (every.time_entries, every.expenses, every.trips)
        )
    )
    options = agency.options(origin=Origin.HERE, grouping=dice.choice(list(Grouping)))
    proposal = propose(agency.organisation, chosen.load(), options=options)
    if proposal.is_empty:
        return []
    order = InvoiceRequest(agency.organisation, chosen, options, proposal.token, agency.member.user)
    drafts = draft_invoices(order, now=NOW)
    for draft in drafts:
        discount = Decimal(dice.choice(discounts))
        fields = total_fields(totals(list(draft.lines.all()), discount=discount))
        Invoice.objects.filter(pk=draft.pk).update(discount=discount, **fields)
    return [mark_sent(draft, by=agency.member.user, now=NOW) for draft in drafts]


def credit_some(agency, dice: random.Random) -> None:
    """Credits of a random choice of lines; some stay drafts or are thrown away."""
    by = agency.member.user
    for invoice in Invoice.objects.filter(credit_of=None):
        if why_no_credit(invoice) or dice.random() < 0.4:
            continue
        lines = [line for line in uncredited_lines(invoice) if dice.random() < 0.6]
        if not lines:
            continue
        dispositions = {line.pk: dice.choice(list(RowDisposition)) for line in lines}
        draft = draft_credit(
            invoice, CreditInput(dispositions, "Wrong", factories.TODAY), by=by, now=NOW
        )
        match dice.choice(["final", "final", "final", "draft", "gone"]):
            case "final":
                make_final(draft, by=by, now=NOW)
            case "gone":
                delete_draft(draft)


def registrations(agency) -> Iterator:
    for rows in (
        agency.organisation.time_entries,
        agency.organisation.expenses,
        agency.organisation.trips,
    ):
        yield from rows.select_related("invoice_line")


def standing_lines() -> list[InvoiceLine]:
    """Lines of invoices that no final credit took back."""
    taken = InvoiceLine.objects.filter(invoice__in=Invoice.objects.final())
    taken = taken.exclude(credits=None).values("credits")
    return list(InvoiceLine.objects.filter(invoice__credit_of=None).exclude(pk__in=taken))


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_billed_twice_and_nothing_is_lost(agency, seed):
    dice = random.Random(seed)
    fill(agency, dice, customers=3)

    for _round in range(5):
        bill_some(agency, dice)
        credit_some(agency, dice)

        lines = {line.pk: line for line in standing_lines()}
        for row in registrations(agency):
            on_a_line = row.invoice_line_id in lines
            assert on_a_line == (row.status == Status.INVOICED)
            assert on_a_line or row.status in (*BILLABLE_STATUSES, Status.WRITTEN_OFF)
        for line in lines.values():
            minutes = line.time_entries.aggregate(sum=Sum("minutes"))["sum"]
            if line.unit == "hour":
                assert abs(line.quantity - Decimal(minutes or 0) / 60) < Decimal("0.01")
            assert line.time_entries.exists() or line.expenses.exists() or line.trips.exists()
        turnover = sum((i.net for i in Invoice.objects.final()), ZERO)
        assert turnover == sum((line.net for line in lines.values()), ZERO)
    assert Invoice.objects.final().exclude(credit_of=None).exists()


@pytest.mark.parametrize("seed", range(4))
def test_what_was_credited_to_the_end_comes_to_nothing_also_with_a_discount(agency, seed):
    dice = random.Random(seed)
    fill(agency, dice, customers=2)
    invoices = bill_some(agency, dice, discounts=("0", "7.5", "33.33"))
    by = agency.member.user
    assert invoices

    for invoice in invoices:
        while free := list(uncredited_lines(invoice)):
            some = dice.sample(free, dice.randint(1, len(free)))
            dispositions = {line.pk: RowDisposition.RELEASED for line in some}
            credit_input = CreditInput(dispositions, "Wrong", factories.TODAY)
            make_final(draft_credit(invoice, credit_input, by=by, now=NOW), by=by, now=NOW)

    for invoice in Invoice.objects.filter(credit_of=None):
        assert invoice.is_wholly_credited
        assert sum((c.gross for c in invoice.credits.all()), invoice.gross) == 0
        assert sum((c.net for c in invoice.credits.all()), invoice.net) == 0
    assert not [row for row in registrations(agency) if row.invoice_line_id]
