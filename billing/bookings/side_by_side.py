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
    local: object
    remote: object
    kind: str = "text"

    @property
    def differs(self) -> bool:
        return self.local != self.remote


def sides(booking: Booking) -> list[Fact]:
    """Return the fields of both sides; empty when no record was found."""
    local, remote = booking.payload["message"], booking.remote_snapshot
    if not remote:
        return []
    if booking.kind == BookingKind.RELATION:
        number = Fact(_("Number"), local["code"], remote["code"])
        return [number, *(_text(label(), name, local, remote) for name, label in RELATION.items())]
    return [
        _text(_("Number"), "number", local, remote),
        _text(_("Customer"), "relation_code", local, remote),
        Fact(_("Date"), _day(local), _day(remote), "day"),
        *_lines(local["lines"], remote["lines"]),
        Fact(_("Incl. VAT"), Decimal(booking.payload["gross"]), Decimal(remote["gross"]), "euro"),
    ]


def _lines(local: Sequence[Line], remote: Sequence[Line]) -> Iterator[Fact]:
    """Compare the lines one by one; of many lines, only their number."""
    if max(len(local), len(remote)) > MOST_LINES:
        yield Fact(_("Lines"), len(local), len(remote))
        return
    for number, (local_line, remote_line) in enumerate(zip_longest(local, remote), start=1):
        label = _("Line %(number)d") % {"number": number}
        yield Fact(label, _line(local_line), _line(remote_line))


def _line(line: Line | None) -> str:
    """Format a line: quantity × price on an invoice, account and amounts on a sales entry."""
    if line is None:
        return ""
    if "price" in line:
        figures = f"{amount(Decimal(line['quantity']))} × {amount(Decimal(line['price']))}"
        return f"{figures} · {line['vat_code']} · {line['description']}"
    net, vat = amount(Decimal(line["net"])), amount(Decimal(line["vat"]))
    return f"{line['ledger_account']} · {net} + {vat} · {line['vat_code']}"


def _text(label: str, name: str, local: Mapping[str, Any], remote: Mapping[str, Any]) -> Fact:
    return Fact(label, local.get(name) or "", remote.get(name) or "")


def _day(content: Mapping[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(content["date"])
