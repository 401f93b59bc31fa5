"""The shares of projects or employees in an invoice; they add up to its net amount.

A line, less its part of the discount on the whole invoice, is divided over its billed rows by their
amounts. A credit line has the rows of the line that it takes back.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from lib.money import ZERO
from vat.totals import RateKey, VatTotal, divide

from ..models import InvoiceLine, InvoiceQuerySet

# The grouping, and its key in the specification of a line.
COLUMNS = {"project": "project_id", "employee": "employee_id"}
CHUNK = 1000


@dataclass(frozen=True)
class Share:
    """A part of the net amount of an invoice, in euros; no project or employee is key None."""

    invoice_id: int
    key: int | None
    net: Decimal


def shares(invoices: InvoiceQuerySet, by: str) -> Iterator[Share]:
    """Divide the invoices by project or employee, in two queries."""
    found = {row["pk"]: row for row in invoices.values("pk", "net", "discount", "vat_totals")}
    for pk, lines in groupby(_lines(invoices), key=lambda line: line["invoice"]):
        if invoice := found.pop(pk, None):
            yield from _of_invoice(invoice, list(lines), by)
    for pk, invoice in found.items():
        yield Share(pk, None, invoice["net"])


def _lines(invoices: InvoiceQuerySet) -> Iterator[dict[str, Any]]:
    lines = InvoiceLine.objects.filter(invoice__in=invoices.order_by().values("pk"))
    taxed = ("net", "vat_percentage", "vat_code", "vat_treatment")
    rows = lines.order_by("invoice", "position", "pk")
    return rows.values("invoice", "project", "specification", *taxed).iterator(chunk_size=CHUNK)


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
