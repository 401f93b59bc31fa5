"""Both sides of a difference as rows: a column for the local document, one per remote document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import amount, day, euro

from ..models import Difference
from .documents import Content, Sort, day_of

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
        told = {text for text in (self.local, *self.remote) if text}
        return len(told) > 1


def columns(difference: Difference) -> list[str]:
    """The head of each document's column: an invoice, or an entry with its number."""
    return [
        _("Ledger entry %(number)s") % {"number": one["entry_number"]}
        if one["sort"] == Sort.ENTRY
        else _("Invoice")
        for one in difference.remote
    ]


def fact_rows(difference: Difference) -> list[FactRow]:
    """The head, and the lines by their place."""
    local, remote = difference.local, difference.remote
    rows = [
        FactRow(label(), write(local) if local else "", tuple(write(one) for one in remote))
        for label, write in HEAD.values()
    ]
    written = [[_line(line) for line in one["lines"]] for one in (local or {"lines": []}, *remote)]
    for place, (mine, *others) in enumerate(zip_longest(*written, fillvalue=""), start=1):
        rows.append(FactRow(_("Line %(number)s") % {"number": place}, mine, tuple(others)))
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
    """With all its decimals, if it has more than two."""
    value = Decimal(text)
    return amount(value) if value == round(value, 2) else text
