"""Both sides of a booking next to each other: what we wanted to book, and what stands there."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ..models import Booking, BookingKind

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
    """One thing to compare; `kind` says how it is written: text, day or euro."""

    label: str
    ours: object
    theirs: object
    kind: str = "text"

    @property
    def differs(self) -> bool:
        return self.ours != self.theirs


def sides(booking: Booking) -> list[Fact]:
    """The facts of both sides; empty when nothing was seen there."""
    ours, theirs = booking.payload["message"], booking.remote_copy
    if not theirs:
        return []
    if booking.kind == BookingKind.RELATION:
        number = Fact(_("Number"), ours["code"], theirs["code"])
        return [number, *(_text(label(), name, ours, theirs) for name, label in RELATION.items())]
    return [
        _text(_("Number"), "number", ours, theirs),
        _text(_("Customer"), "relation_code", ours, theirs),
        Fact(_("Date"), _day(ours), _day(theirs), "day"),
        Fact(_("Lines"), len(ours["lines"]), len(theirs["lines"])),
        Fact(_("Incl. VAT"), Decimal(booking.payload["gross"]), Decimal(theirs["gross"]), "euro"),
    ]


def _text(label: str, name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Fact:
    return Fact(label, ours.get(name) or "", theirs.get(name) or "")


def _day(content: Mapping[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(content["date"])
