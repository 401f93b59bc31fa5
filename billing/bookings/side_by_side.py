"""A booking and the record in e-Boekhouden, side by side."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from lib.formats import amount

from ..models import Booking, BookingKind

MOST_LINES = 25
Line = Mapping[str, Any]

RELATION: dict[str, Callable[[], str]] = {
    "name": lambda: _("Name"),
    "address": lambda: _("Street and number"),
    "city": lambda: _("City"),
    "vat_number": lambda: _("VAT number"),
    "coc_number": lambda: _("Chamber of Commerce number"),
    "email": lambda: _("E-mail address"),
}


@dataclass(frozen=True)
class Fact:
    """One field of both sides; `kind` is its format: text, day or euro."""

    label: str
    ours: object
    theirs: object
    kind: str = "text"

    @property
    def differs(self) -> bool:
        return self.ours != self.theirs


def sides(booking: Booking) -> list[Fact]:
    """The fields of both sides; empty when no record was found."""
    ours, theirs = booking.payload["message"], booking.remote_snapshot
    if not theirs:
        return []
    if booking.kind == BookingKind.RELATION:
        number = Fact(_("Number"), ours["code"], theirs["code"])
        return [number, *(_text(label(), name, ours, theirs) for name, label in RELATION.items())]
    return [
        _text(_("Number"), "number", ours, theirs),
        _text(_("Customer"), "relation_code", ours, theirs),
        Fact(_("Date"), _day(ours), _day(theirs), "day"),
        *_lines(ours["lines"], theirs["lines"]),
        Fact(_("Incl. VAT"), Decimal(booking.payload["gross"]), Decimal(theirs["gross"]), "euro"),
    ]


def _lines(ours: Sequence[Line], theirs: Sequence[Line]) -> Iterator[Fact]:
    """The lines one by one; of many lines only their number."""
    if max(len(ours), len(theirs)) > MOST_LINES:
        yield Fact(_("Lines"), len(ours), len(theirs))
        return
    for number, (our, their) in enumerate(zip_longest(ours, theirs), start=1):
        label = _("Line %(number)d") % {"number": number}
        yield Fact(label, _line(our), _line(their))


def _line(line: Line | None) -> str:
    """A line of an invoice as quantity × price; one of a sales entry as account and amounts."""
    if line is None:
        return ""
    if "price" in line:
        figures = f"{amount(Decimal(line['quantity']))} × {amount(Decimal(line['price']))}"
        return f"{figures} · {line['vat_code']} · {line['description']}"
    net, vat = amount(Decimal(line["net"])), amount(Decimal(line["vat"]))
    return f"{line['ledger_account']} · {net} + {vat} · {line['vat_code']}"


def _text(label: str, name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Fact:
    return Fact(label, ours.get(name) or "", theirs.get(name) or "")


def _day(content: Mapping[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(content["date"])
