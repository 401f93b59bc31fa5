"""What a database must satisfy by itself: nothing billed twice, nothing lost, no cent off.

Only stored rows are read, so it can be asked of a restored backup. What e-Boekhouden holds is
compared by the daily check. Rules that a constraint of the database keeps are not repeated here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.fields.json import KT

from lib.money import ZERO, net_amount
from projects.models import ScheduledAmount
from vat.totals import RateKey, rate_of

from ..models import (
    Booking,
    BookingKind,
    CreditedRow,
    Invoice,
    InvoiceLine,
    InvoiceShare,
    InvoiceStatus,
    InvoicingRun,
    NumberSeries,
    Origin,
    ShareOf,
    State,
)
from ..numbering import NUMBER
from ..unbilled.claiming import REGISTRATIONS
from ..unbilled.items import ItemKind

CHUNK = 500  # invoices at a time: SQLite takes no more than a thousand ids
Row = tuple[str, int]


@dataclass(frozen=True)
class Violation:
    """A rule that is broken, and where. The text names numbers and ids, and no person."""

    rule: str
    text: str


def violations() -> Iterator[Violation]:
    """Yield everything that is wrong; reads all invoices that are not drafts."""
    final = Invoice.objects.exclude(status=InvoiceStatus.DRAFT).order_by("pk")
    ids = list(final.values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        invoices = list(Invoice.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk"))
        yield from _of_invoices(invoices)
    yield from _of_series()
    yield from _of_bookings()
    yield from _of_runs()


# --- Invoices -------------------------------------------------------------------------------------


def _of_invoices(invoices: Sequence[Invoice]) -> Iterator[Violation]:
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=invoices):
        lines[line.invoice_id].append(line)
    shares = _shares(invoices)
    credited = _credited_amounts(invoices)
    for invoice in invoices:
        found = [
            *_totals(invoice, lines[invoice.pk]),
            *_divided(invoice, shares.get(invoice.pk, {})),
        ]
        if invoice.credited_amount != credited.get(invoice.pk, ZERO):
            found.append(f"credited {invoice.credited_amount}, {credited.get(invoice.pk, ZERO)}")
        yield from (Violation("cent", f"{_name(invoice)}: {text}") for text in found)
    yield from _of_rows(invoices, lines)


def _totals(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Iterator[str]:
    """Check that the lines, the rates and the totals of an invoice add up."""
    rates = invoice.vat_by_rate
    net, vat = sum((rate.net for rate in rates), ZERO), sum((rate.vat for rate in rates), ZERO)
    if (net, vat) != (invoice.net, invoice.vat):
        yield f"net {invoice.net} and VAT {invoice.vat}, by rate {net} and {vat}"
    if invoice.gross != invoice.net + invoice.vat:
        yield f"total {invoice.gross}, of {invoice.net} and {invoice.vat}"
    by_rate = _by_rate(lines)
    for rate in rates:
        if by_rate.pop(rate.key, ZERO) != rate.net + rate.discount:
            yield f"the lines of {rate.percentage}% do not add up to {rate.net + rate.discount}"
    if any(by_rate.values()):
        yield "a line has a rate that the totals lack"
    for line in lines:
        if line.net != net_amount(line.quantity, line.price, line.discount):
            yield f"line {line.position}: {line.quantity} × {line.price} is not {line.net}"


def _by_rate(lines: Sequence[InvoiceLine]) -> dict[RateKey, Decimal]:
    sums: dict[RateKey, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        sums[rate_of(line)] += line.net
    return sums


def _shares(invoices: Sequence[Invoice]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = InvoiceShare.objects.filter(invoice__in=invoices)
    for invoice_id, by, cents in rows.values_list("invoice", "by", "cents"):
        found[invoice_id][by] += cents
    return found


def _divided(invoice: Invoice, shares: dict[str, int]) -> Iterator[str]:
    for by in ShareOf.values:
        cents = shares.get(by, 0)
        if cents != int(invoice.net * 100):
            yield f"its parts by {by} add up to {cents} cents, its net amount is {invoice.net}"


def _credited_amounts(invoices: Sequence[Invoice]) -> dict[int | None, Decimal]:
    sums: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    crediting = Invoice.objects.final().filter(credit_of__in=invoices)
    for pk, gross in crediting.values_list("credit_of", "gross"):
        sums[pk] -= gross
    return sums


# --- Billed rows ----------------------------------------------------------------------------------


def _of_rows(
    invoices: Sequence[Invoice], lines: dict[int, list[InvoiceLine]]
) -> Iterator[Violation]:
    """Check that what a line says it bills is on it, and nothing else, until it is credited."""
    there = _rows_on_lines(invoices)
    credited = _credited_rows(invoices)
    for invoice in invoices:
        for line in lines[invoice.pk]:
            where = f"{_name(invoice)}, line {line.position}"
            on_line = there.get(line.pk, set())
            if invoice.status == InvoiceStatus.VOID:
                yield from (Violation("twice", f"{where}: cancelled, bills {x}") for x in on_line)
                continue
            if invoice.is_credit:
                continue
            said = _specified(line)
            for row in sorted(said - on_line - credited.get(line.pk, set())):
                yield Violation(
                    "lost", f"{where}: {_named(row)} was billed on it, and is not on it"
                )
            for row in sorted(on_line - said):
                yield Violation("lost", f"{where}: {_named(row)} is on it, and was not billed")


def _specified(line: InvoiceLine) -> set[Row]:
    """Return the rows that were copied when the invoice became final; rounding has no row."""
    return {(row["kind"], row["id"]) for row in line.specification if row.get("id")}


def _rows_on_lines(invoices: Sequence[Invoice]) -> dict[int, set[Row]]:
    found: dict[int, set[Row]] = defaultdict(set)
    kinds: dict[ItemKind, Any] = {**REGISTRATIONS, ItemKind.SCHEDULED: ScheduledAmount}
    for kind, model in kinds.items():
        rows = model._default_manager.filter(invoice_line__invoice__in=invoices).order_by()
        for line_id, pk in rows.values_list("invoice_line", "pk"):
            found[line_id].add((str(kind), pk))
    return found


def _credited_rows(invoices: Sequence[Invoice]) -> dict[int | None, set[Row]]:
    """Return the rows that final credit invoices took from the lines of these invoices."""
    found: dict[int | None, set[Row]] = defaultdict(set)
    rows = CreditedRow.objects.filter(
        line__credits__invoice__in=invoices, line__invoice__in=Invoice.objects.final()
    )
    for line_id, kind, row_id in rows.values_list("line__credits", "kind", "row_id"):
        found[line_id].add((kind, row_id))
    return found


# --- Numbers, bookings, confirmations -------------------------------------------------------------


def _of_series() -> Iterator[Violation]:
    """Check that no counter is below a number in use: that number would be assigned again."""
    last: dict[tuple[int, str, int], int] = {}
    numbers = Invoice.objects.exclude(number="").order_by()
    for organisation_id, number in numbers.values_list("organisation", "number").iterator():
        if match := NUMBER.fullmatch(number):
            key = (organisation_id, match["prefix"], int(match["year"]))
            last[key] = max(last.get(key, 0), int(match["count"]))
    for series in NumberSeries.objects.all():
        highest = last.get((series.organisation_id, series.prefix, series.year), 0)
        if series.last < highest:
            yield Violation(
                "twice",
                f"series {series.prefix}{series.year}: counter {series.last}, {highest} used",
            )


def _of_bookings() -> Iterator[Violation]:
    final = Invoice.objects.final().filter(origin=Origin.EBOEKHOUDEN)
    booked = Count("bookings", filter=~Q(bookings__state=State.CANCELLED))
    for pk, number in final.annotate(n=booked).filter(n=0).values_list("pk", "number"):
        yield Violation("lost", f"invoice {number or pk} of e-Boekhouden has no booking")
    confirmed = Booking.objects.filter(state=State.CONFIRMED).order_by("pk")
    for pk in confirmed.filter(remote_id="").values_list("pk", flat=True):
        yield Violation("lost", f"booking {pk} is booked, and has no id of e-Boekhouden")
    documents = confirmed.exclude(kind=BookingKind.RELATION)
    # As text: SQLite would give a float.
    sent_ones = documents.annotate(sent=KT("payload__gross"))
    amounts = sent_ones.values_list("pk", "sent", "invoice__gross")
    for pk, sent, gross in amounts.iterator():
        if sent is None or Decimal(sent) != gross:
            yield Violation("cent", f"booking {pk} sent {sent}, its invoice is {gross}")


def _of_runs() -> Iterator[Violation]:
    """Check that a confirmation that finished made all of its invoices."""
    made = Count("batch__bookings__invoice", distinct=True)
    runs = InvoicingRun.objects.filter(
        state="finished", origin=Origin.EBOEKHOUDEN, batch__isnull=False
    )
    for pk in runs.annotate(made=made).filter(made__lt=F("total")).values_list("pk", flat=True):
        yield Violation("lost", f"confirmation {pk} made fewer invoices than were confirmed")


def _name(invoice: Invoice) -> str:
    return f"invoice {invoice.number or invoice.pk}"


def _named(row: Row) -> str:
    kind, pk = row
    return f"{kind} {pk}"
