"""The annexes of an invoice: the billed rows of its lines, and the list of receipts."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import amount, day
from lib.money import ZERO
from lib.times import format_duration

from ...models import InvoiceLine
from ..document import InvoiceDocument
from .units import unit_name

Content = dict[str, Any]
Row = Mapping[str, Any]  # of InvoiceLine.specification


def specification(document: InvoiceDocument) -> Content | None:
    """Return the annex with all rows, a section per line; None if it is not wanted or empty."""
    lines = [line for line in document.lines if line.specification]
    if not (document.invoice.with_specification and lines):
        return None
    return {
        "title": _("Specification"),
        "columns": [_("Date"), _("Employee"), _("Description"), _("Quantity"), _("Amount")],
        "sections": [_section(line, document) for line in lines],
    }


def receipts(document: InvoiceDocument) -> Content | None:
    """Return the list of attached receipts; None without any."""
    if not document.receipts:
        return None
    rows = [
        [
            day(expense.date),
            expense.description or expense.category.name,
            expense.receipt_name,
            amount(expense.amount),
        ]
        for expense in document.receipts
    ]
    columns = [_("Date"), _("Description"), _("Receipt"), _("Amount")]
    return {"title": _("Receipts attached"), "columns": columns, "rows": rows}


def _section(line: InvoiceLine, document: InvoiceDocument) -> Content:
    """Return the section of a line; on a credit invoice, of the rows it takes back."""
    rows = line.specification
    total = document.signed(sum((Decimal(row["amount"]) for row in rows), ZERO))
    title = next(iter(line.description.strip().splitlines()), "")
    return {
        "title": title,
        "rows": [_row(row, title, document) for row in rows],
        "total": [_("Total"), _hours(rows, document), amount(total)],
    }


def _row(row: Row, title: str, document: InvoiceDocument) -> list[str]:
    """Return date, employee, description, quantity and amount of a row.

    Project and task are left out if they repeat the title.
    """
    subject = " · ".join(filled(row["project"], row["task"]))
    text = row["description"]
    description = filled("" if text and subject == title else subject, text)
    until = f" – {_iso_day(row['until'])}" if row["until"] else ""
    return [
        f"{_iso_day(row['date'])}{until}",
        row["employee"],
        "\n".join(description),
        _quantity(row, document),
        amount(document.signed(Decimal(row["amount"]))),
    ]


def _quantity(row: Row, document: InvoiceDocument) -> str:
    """Return hours as 1:40, because a third of an hour is no round number; the rest as it is."""
    minutes = row["minutes"]
    if minutes is None:
        figure = amount(document.signed(Decimal(row["quantity"])))
    else:
        figure = format_duration(int(document.signed(Decimal(minutes))))
    return f"{figure} {unit_name(row['unit'])}".strip()


def _hours(rows: Iterable[Row], document: InvoiceDocument) -> str:
    """Return the sum of the minutes as hours and minutes; empty without hours."""
    found = [row["minutes"] for row in rows if row["minutes"] is not None]
    total = int(document.signed(Decimal(sum(found))))
    return f"{format_duration(total)} {unit_name('hour')}" if found else ""


def _iso_day(text: str) -> str:
    return day(datetime.date.fromisoformat(text))


def filled(*texts: str) -> list[str]:
    """Return the texts that are not empty."""
    return [text for text in texts if text]
