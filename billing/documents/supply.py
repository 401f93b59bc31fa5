"""The rows billed on an invoice: how many, and their period of supply."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Count, Max, Min
from django.db.models.functions import Coalesce

from projects.models import ScheduledAmount

from ..models import Invoice
from ..unbilled.claiming import REGISTRATIONS

Period = tuple[datetime.date, datetime.date]


def supply_period(invoice: Invoice) -> Period | None:
    """Return the first and the last day of supply; the law requires them on the invoice.

    They are those stored on the invoice, else those of its rows; None without either.
    """
    return supply_periods([invoice]).get(invoice.pk)


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


def count_rows(invoice: Invoice) -> int:
    """Count the hours, expenses, trips and scheduled amounts billed on the invoice."""
    return sum(row["count"] for row in _rows_by_invoice([invoice.pk]))


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
