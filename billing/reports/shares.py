"""The shares of projects or employees in an invoice; they add up to its net amount.

A line, less its part of the discount on the whole invoice, is divided over its billed rows by their
amounts. A credit line has the rows of the line that it takes back. The shares are computed when an
invoice becomes final and stored, because a report over years cannot read every specification.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from lib.money import ZERO
from vat.totals import RateKey, VatTotal, divide

from ..models import Invoice, InvoiceLine, InvoiceShare, ShareOf

# The grouping, and its key in the specification of a line.
COLUMNS: Mapping[str, str] = {ShareOf.PROJECT: "project_id", ShareOf.EMPLOYEE: "employee_id"}
CHUNK = 500  # invoices at a time: SQLite takes no more than a thousand ids
BATCH = 1000


@dataclass(frozen=True)
class Share:
    """A part of the net amount of an invoice, in euros; no project or employee is key None."""

    invoice_id: int
    key: int | None
    net: Decimal


def store_shares(invoices: Sequence[Invoice]) -> None:
    """Store the shares of invoices that become final, in five queries for five hundred of them.

    Their lines with specification and their totals must be stored, and their shares must not.
    """
    for start in range(0, len(invoices), CHUNK):
        ids = [invoice.pk for invoice in invoices[start : start + CHUNK]]
        fields = share_fields(
            Invoice.objects.filter(pk__in=ids), InvoiceLine.objects.filter(invoice__in=ids)
        )
        InvoiceShare.objects.bulk_create(
            (InvoiceShare(**values) for values in fields), batch_size=BATCH
        )


def share_fields(invoices: QuerySet[Any], lines: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Return the fields of every share of invoices, of which these are the lines."""
    for by in COLUMNS:
        sums: dict[tuple[int, int | None], Decimal] = defaultdict(lambda: ZERO)
        for share in shares(invoices, lines, by):
            sums[share.invoice_id, share.key] += share.net
        for (pk, key), net in sums.items():
            yield {"invoice_id": pk, "by": str(by), "key": key, "cents": int(net * 100)}


def shares(invoices: QuerySet[Any], lines: QuerySet[Any], by: str) -> Iterator[Share]:
    """Divide the invoices by project or employee, in two queries; a key can come several times."""
    found = {row["pk"]: row for row in invoices.values("pk", "net", "discount", "vat_totals")}
    for pk, own in groupby(_values(lines), key=lambda line: line["invoice"]):
        if invoice := found.pop(pk, None):
            yield from _of_invoice(invoice, list(own), by)
    for pk, invoice in found.items():
        yield Share(pk, None, invoice["net"])


def _values(lines: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    taxed = ("net", "vat_percentage", "vat_code", "vat_treatment")
    rows = lines.order_by("invoice", "position", "pk")
    return rows.values("invoice", "project", "specification", *taxed).iterator(chunk_size=BATCH)


def _of_invoice(
    invoice: Mapping[str, Any], lines: list[dict[str, Any]], by: str
) -> Iterator[Share]:
    rest = invoice["net"]
    for line, net in _nets(invoice, lines):
        rest -= net
        for key, part in _divided(line, net, by):
            yield Share(invoice["pk"], key, part)
    if rest:
        yield Share(invoice["pk"], None, rest)


def _nets(
    invoice: Mapping[str, Any], lines: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], Decimal]]:
    """Yield every line with its net amount after the discount on the whole invoice."""
    if not invoice["discount"]:
        yield from ((line, line["net"]) for line in lines)
        return
    for rate in map(VatTotal.from_json, invoice["vat_totals"]):
        mine = [line for line in lines if _rate_of(line) == rate.key]
        total = sum((line["net"] for line in mine), ZERO)
        if total:
            exact = [rate.net * line["net"] / total for line in mine]
            yield from zip(mine, divide(rate.net, exact), strict=True)
        else:
            yield from ((line, line["net"]) for line in mine)


def _rate_of(line: Mapping[str, Any]) -> RateKey:
    return RateKey(line["vat_percentage"], line["vat_code"], line["vat_treatment"])


def _divided(
    line: Mapping[str, Any], net: Decimal, by: str
) -> Iterable[tuple[int | None, Decimal]]:
    amounts: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for row in line["specification"]:
        amounts[row.get(COLUMNS[by])] += Decimal(row["amount"])
    total = sum(amounts.values(), ZERO)
    if not total:
        return [(line["project"] if by == "project" else None, net)]
    parts = divide(net, [net * amount / total for amount in amounts.values()])
    return zip(amounts, parts, strict=True)
