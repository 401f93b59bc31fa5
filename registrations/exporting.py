"""Export registrations as a table, read from the database while the file is written."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.money import hours
from lib.spreadsheets import Cell, Sheet

from .models import Expense, Registration, TimeEntry, Trip

CHUNK = 500


def sheet_of(querysets: Iterable[QuerySet[Any]], *, with_amounts: bool, name: str) -> Sheet:
    """Return the rows as a table; the file name is `name` followed by today's date."""
    day = timezone.localdate().isoformat()
    head = _head(with_amounts=with_amounts)
    return Sheet(f"{name}-{day}", name, head, _rows(querysets, with_amounts=with_amounts))


def _rows(querysets: Iterable[QuerySet[Any]], *, with_amounts: bool) -> Iterator[list[Cell]]:
    for rows in querysets:
        for row in rows.iterator(chunk_size=CHUNK):
            yield _cells(row) + (_amounts(row) if with_amounts else [])


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
        _("Km"),
        _("Billable"),
        _("Status"),
        _("Invoice"),
    ]
    return names + ([_("Price"), _("Amount excl. VAT")] if with_amounts else [])


def _cells(row: Registration) -> list[Cell]:
    kind, subject, *figures = _kind_cells(row)
    project = row.project
    line = row.invoice_line
    return [
        kind,
        row.date,
        str(row.membership),
        project.customer.number,
        project.customer.name,
        project.code,
        project.name,
        subject,
        _description(row),
        *figures,
        _("yes") if row.is_billable else _("no"),
        _("On a draft") if line and line.invoice.is_draft else row.get_status_display(),
        line.invoice.number if line else "",
    ]


def _kind_cells(row: Registration) -> tuple[Cell, ...]:
    """Return the kind, its task, category or vehicle, and hours, quantity or kilometres."""
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


def _amounts(row: Registration) -> list[Cell]:
    match row:
        case TimeEntry():
            return [row.hourly_rate if row.hourly_rate is not None else "", row.amount]
        case Expense():
            return [row.price, row.amount]
        case Trip():
            return [row.rate, row.amount]
    raise TypeError(row)
