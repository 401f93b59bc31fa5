"""The rows billed on an invoice: how many, and their period of supply."""

import datetime
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db.models import Max, Min
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
    """Return the periods of supply by id of the invoice, in a fixed number of queries."""
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
    if not invoice_ids:
        return  # composing four queries of nothing costs a fifth of a PDF
    of_invoices = {"invoice_line__invoice__in": invoice_ids}
    for model in REGISTRATIONS.values():
        rows = model.objects.filter(**of_invoices).order_by().values("invoice_line__invoice")
        yield from rows.annotate(first=Min("date"), last=Max("date"))
    until = Max(Coalesce("period_until", "due_on"))
    scheduled_amounts = (
        ScheduledAmount.objects.filter(**of_invoices).order_by().values("invoice_line__invoice")
    )
    yield from scheduled_amounts.annotate(first=Min("due_on"), last=until)


def count_rows(invoice: Invoice) -> int:
    """Count the hours, expenses, trips and scheduled amounts billed on the invoice."""
    models = (*REGISTRATIONS.values(), ScheduledAmount)
    return sum(model.objects.filter(invoice_line__invoice=invoice).count() for model in models)
