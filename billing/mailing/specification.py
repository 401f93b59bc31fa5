"""The rows behind an invoice as a spreadsheet, for people who check the hours."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.money import hours
from lib.spreadsheets import TYPES, Cell
from lib.xlsx import workbook
from registrations.models import TimeEntry

from ..models import Invoice


def has_hours(invoice: Invoice) -> bool:
    """Return whether its lines have hours; the rows of a draft are not copied yet."""
    if invoice.is_draft:
        return TimeEntry.objects.filter(invoice_line__invoice=invoice).exists()
    return any(row["minutes"] for row in _rows_of(invoice))


def specification_file(invoice: Invoice) -> tuple[str, bytes, str]:
    """Return file name without extension, content and type of the specification.

    It has every row, in the language of the invoice.
    """
    with override(invoice.language):
        head = [
            _("Date"),
            _("Employee"),
            _("Project"),
            _("Task"),
            _("Description"),
            _("Hours"),
            _("Quantity"),
            _("Price"),
            _("Amount excl. VAT"),
        ]
        title = _("Specification")
        content = b"".join(workbook(title, head, map(_cells, _rows_of(invoice))))
    return f"{invoice.number} {title}", content, TYPES["xlsx"]


def _rows_of(invoice: Invoice) -> Iterator[dict[str, Any]]:
    for line in invoice.lines.all():
        yield from line.specification


def _cells(row: dict[str, Any]) -> list[Cell]:
    minutes = row["minutes"]
    return [
        datetime.date.fromisoformat(row["date"]),
        row["employee"],
        row["project"],
        row["task"],
        row["description"],
        _exact_hours(minutes) if minutes else None,
        None if minutes else Decimal(row["quantity"]),
        Decimal(row["price"]),
        Decimal(row["amount"]),
    ]


def _exact_hours(minutes: int) -> Decimal:
    """Return hours that are not rounded, so that those of a line add up in the spreadsheet."""
    rounded, exact = hours(minutes), Decimal(minutes) / 60
    return rounded if rounded == exact else exact
