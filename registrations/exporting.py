"""Rows as CSV, written while they are read; no cell can be taken for a formula."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.money import hours

from .models import Expense, Registration, TimeEntry, Trip

# With these a spreadsheet starts to calculate; the wide ones are read as the narrow ones.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
CHUNK = 500


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(querysets: Iterable[QuerySet[Any]], *, with_amounts: bool) -> Iterator[str]:
    """The lines of the file, for a streamed answer; Dutch readers get semicolons and commas."""
    is_dutch = (get_language() or "en").startswith("nl")
    writer = csv.writer(_Echo(), delimiter=";" if is_dutch else ",")
    yield BYTE_ORDER_MARK + writer.writerow(_head(with_amounts=with_amounts))
    for rows in querysets:
        for row in rows.iterator(chunk_size=CHUNK):
            cells = _cells(row) + (_amounts(row) if with_amounts else [])
            yield writer.writerow([_written(cell, is_dutch=is_dutch) for cell in cells])


def safe(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would calculate it."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _head(*, with_amounts: bool) -> list[str]:
    names = [
        _("Kind"),
        _("Date"),
        _("Employee"),
        _("Customer number"),
        _("Customer"),
        _("Project code"),
        _("Project"),
        _("Task, category or vehicle"),
        _("Description"),
        _("Hours"),
        _("Quantity"),
        _("Kilometres"),
        _("Billable"),
        _("Status"),
        _("Invoice"),
    ]
    return names + ([_("Price"), _("Amount excl. VAT")] if with_amounts else [])


def _cells(row: Registration) -> list[object]:
    kind, about, *figures = _special(row)
    project = row.project
    line = row.invoice_line
    return [
        kind,
        row.date.isoformat(),
        str(row.membership),
        project.customer.number,
        project.customer.name,
        project.code,
        project.name,
        about,
        _description(row),
        *figures,
        _("yes") if row.is_billable else _("no"),
        row.get_status_display(),
        line.invoice.number if line else "",
    ]


def _special(row: Registration) -> tuple[object, ...]:
    """Kind, what it is about, and its hours, quantity or kilometres."""
    match row:
        case TimeEntry():
            return _("Hours"), str(row.task), hours(row.minutes), "", ""
        case Expense():
            return _("Expense"), str(row.category), "", row.quantity, ""
        case Trip():
            return _("Trip"), str(row.vehicle or ""), "", "", row.distance
    raise TypeError(row)


def _description(row: Registration) -> str:
    if not isinstance(row, Trip):
        return row.description
    return f"{row.origin} – {row.destination}. {row.description}".removesuffix(". ")


def _amounts(row: Registration) -> list[object]:
    match row:
        case TimeEntry():
            return [row.hourly_rate if row.hourly_rate is not None else "", row.amount]
        case Expense():
            return [row.price, row.amount]
        case Trip():
            return [row.rate, row.amount]
    raise TypeError(row)


def _written(cell: object, *, is_dutch: bool) -> str:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",") if is_dutch else str(cell)
    return safe(str(cell))
