"""Rows that compare a difference: a column for the local document, and one per remote document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import amount, day, euro

from ..models import Difference
from .documents import Content, DocumentKind, day_of

HEAD: Mapping[str, tuple[Callable[[], str], Callable[[Content], str]]] = {
    "number": (lambda: _("Number"), lambda content: content["number"]),
    "relation_code": (lambda: _("Customer"), lambda content: content["relation_code"]),
    "date": (lambda: _("Date"), lambda content: day(day_of(content))),
    "payment_term": (lambda: _("Payment term in days"), lambda content: content["payment_term"]),
    "account": (lambda: _("Debtors account"), lambda content: content["account"]),
    "gross": (lambda: _("Incl. VAT"), lambda content: euro(Decimal(content["gross"]))),
}


@dataclass(frozen=True)
class FactRow:
    """One field of all sides; a side that lacks the field has an empty cell."""

    label: str
    local: str
    remote: tuple[str, ...]

    @property
    def differs(self) -> bool:
        values = {text for text in (self.local, *self.remote) if text}
        return len(values) > 1


def columns(difference: Difference) -> list[str]:
    """Return the heading of each remote document: an invoice, or an entry with its number."""
    return [
        _("Ledger entry %(number)s") % {"number": document["entry_number"]}
        if document["kind"] == DocumentKind.ENTRY
        else _("Invoice")
        for document in difference.remote
    ]


def fact_rows(difference: Difference) -> list[FactRow]:
    """Return a row for each field of the head, and for each line by its position."""
    local, remote = difference.local, difference.remote
    rows = [
        FactRow(
            label(), write(local) if local else "", tuple(write(document) for document in remote)
        )
        for label, write in HEAD.values()
    ]
    line_texts = [
        [_line(line) for line in document["lines"]]
        for document in (local or {"lines": []}, *remote)
    ]
    for place, (local_line, *remote_lines) in enumerate(
        zip_longest(*line_texts, fillvalue=""), start=1
    ):
        rows.append(
            FactRow(_("Line %(number)s") % {"number": place}, local_line, tuple(remote_lines))
        )
    return [row for row in rows if row.local or any(row.remote)]


def _line(line: Mapping[str, Any]) -> str:
    if "price" in line:
        figures = f"{_figure(line['quantity'])} × {_figure(line['price'])}"
    else:
        vat = _("VAT %(amount)s") % {"amount": _figure(line["vat"])}
        figures = f"{_figure(line['net'])} + {vat}"
    centre = line["cost_centre_id"]
    parts = [
        figures,
        line["vat_code"],
        line["ledger_account"],
        _("cost centre %(number)s") % {"number": centre} if centre != "0" else "",
        line["description"],
    ]
    return " · ".join(part for part in parts if part)


def _figure(text: str) -> str:
    """Format with two decimals, or with all of them if there are more."""
    value = Decimal(text)
    return amount(value) if value == round(value, 2) else text
