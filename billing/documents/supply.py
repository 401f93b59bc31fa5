"""The rows billed on an invoice: how many, and their period of supply."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from projects.models import ScheduledAmount

from ..models import Invoice
from ..unbilled.claiming import REGISTRATIONS

Period = tuple[datetime.date, datetime.date]


@dataclass(frozen=True)
class Supply:
    """What is billed on an invoice.

    `period` has the first and the last day of supply, which the law requires on the invoice: those
    stored on it, else those of its rows; None without either. `row_count` counts the hours,
    expenses, trips and scheduled amounts; it is 0 if the period was stored.
    """

    period: Period | None = None
    row_count: int = 0


def supply_of(invoice: Invoice) -> Supply:
    """Return the period of supply and the number of rows, in one query or none."""
    if invoice.supplied_from:
        return Supply((invoice.supplied_from, invoice.supplied_until or invoice.supplied_from))
    rows = list(_rows_by_invoice([invoice.pk]))
    if not rows:
        return Supply()
    first, last = min(row["first"] for row in rows), max(row["last"] for row in rows)
    return Supply((first, last), sum(row["count"] for row in rows))


def supply_period(invoice: Invoice) -> Period | None:
    """Return the first and the last day of supply; see `Supply`."""
    return supply_of(invoice).period


def supply_periods(invoices: Collection[Invoice]) -> dict[int, Period]:
    """Return the periods of supply by id of the invoice, in one query."""
    found: dict[int, Period] = {}
    for row in _rows_by_invoice([one.pk for one in invoices if not one.supplied_from]):
        pk, first, last = row["invoice_line__invoice"], row["first"], row["last"]
        before = found.get(pk, (first, last))
        found[pk] = min(first, before[0]), max(last, before[1])
    for one in invoices:
        if one.supplied_from:
            found[one.pk] = one.supplied_from, one.supplied_until or one.supplied_from
    return found


def _rows_by_invoice(invoice_ids: Collection[int]) -> Iterator[Mapping[str, Any]]:
    """Yield the days and the number of rows by invoice and kind, all kinds in one query."""
    if not invoice_ids:
        return  # composing a query of nothing costs a fifth of a PDF
    until: dict[type, Any] = {ScheduledAmount: Coalesce("period_until", "due_on")}
    first, *others = (
        model._default_manager.filter(invoice_line__invoice__in=invoice_ids)
        .order_by()
        .values("invoice_line__invoice")
        .annotate(
            first=Min("due_on" if model in until else "date"),
            last=Max(until.get(model, "date")),
            count=Count("pk"),
        )
        for model in (*REGISTRATIONS.values(), ScheduledAmount)
    )
    yield from first.union(*others, all=True)
