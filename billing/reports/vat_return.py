"""The VAT return: what was invoiced in a period, in the boxes of the Dutch return.

An invoice belongs to the period of its date (invoice basis, art. 13 and 35 of the Turnover Tax Act
1968). Purchases are not registered here, so boxes 2a, 4a, 4b and 5b do not follow from it.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Organisation
from lib.money import ZERO
from lib.spreadsheets import Cell, Sheet
from registrations.periods import Period
from vat.boxes import NOT_FROM_INVOICES, WITH_VAT, Box, box_of, whole_turnover, whole_vat
from vat.treatments import VatTreatment

from .corrections import Correction, corrections_in
from .parts import NOTHING, Part, add_up, together
from .vat_overview import Amounts, invoice_totals

# The code with which e-Boekhouden puts a supply in box 3a.
EXPORT_CODE = "BU_EU_VERK"
MONTHS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True)
class BoxRow:
    """A box with its exact amounts; `why_empty` says why it does not follow from invoices."""

    box: Box
    amounts: Amounts = NOTHING

    @property
    def why_empty(self) -> str:
        return str(NOT_FROM_INVOICES.get(self.box, ""))

    @property
    def has_vat(self) -> bool:
        return self.box in WITH_VAT

    @property
    def turnover(self) -> Decimal:
        """Whole euros, as the return asks."""
        return whole_turnover(self.amounts.net)

    @property
    def vat(self) -> Decimal:
        """Whole euros, rounded in favour of the organisation."""
        return whole_vat(self.amounts.vat) if self.has_vat else Decimal(0)


@dataclass(frozen=True)
class OutsideRow:
    """Turnover of a treatment that the return does not ask for, in euros excl. VAT."""

    treatment: VatTreatment
    net: Decimal


@dataclass(frozen=True)
class VatReturn:
    """All boxes in the order of the return, what is in none, and what is in 3a elsewhere."""

    # What each invoice has in each box, to the cent; with the corrections.
    parts: Mapping[Part, Amounts]
    outside: tuple[OutsideRow, ...]
    # Services outside the EU with the code that puts them in box 3a in e-Boekhouden, excl. VAT.
    coded_as_export: Decimal
    # Of earlier returns, which count in this one.
    corrections: tuple[Correction, ...] = ()

    @cached_property
    def rows(self) -> tuple[BoxRow, ...]:
        return rows_of(add_up(self.parts))

    @property
    def vat(self) -> Decimal:
        """The VAT due on these boxes, in whole euros (box 5a as far as it is known here)."""
        return sum((row.vat for row in self.rows), Decimal(0))

    @property
    def is_empty(self) -> bool:
        return not self.parts and not self.outside

    @property
    def exact(self) -> Amounts:
        """Net and VAT of invoices and corrections, to the cent; in a box or in none."""
        outside = Amounts(sum((row.net for row in self.outside), ZERO))
        return sum((row.amounts for row in self.rows), outside)


def vat_return(organisation: Organisation, period: Period) -> VatReturn:
    """Put the invoices of the period in boxes, and add the corrections that count in it."""
    found = without_corrections(organisation, period)
    if corrections := tuple(corrections_in(organisation, period)):
        parts = together(found.parts, *(one.parts for one in corrections))
        return replace(found, parts=parts, corrections=corrections)
    return found


def without_corrections(organisation: Organisation, period: Period) -> VatReturn:
    """Put the invoices of the period in boxes, in one query."""
    parts: dict[Part, Amounts] = defaultdict(Amounts)
    outside: dict[str, Decimal] = defaultdict(lambda: ZERO)
    coded_as_export = ZERO
    for pk, totals in invoice_totals(organisation, period):
        for total in totals:
            box = box_of(total.treatment, total.percentage)
            if box:
                parts[Part(pk, box)] += Amounts(total.net, total.vat)
                continue
            outside[total.treatment] += total.net
            if total.code == EXPORT_CODE:
                coded_as_export += total.net
    rows = tuple(OutsideRow(one, outside[one]) for one in VatTreatment if one in outside)
    return VatReturn(dict(parts), rows, coded_as_export)


def rows_of(boxes: Mapping[str, Amounts]) -> tuple[BoxRow, ...]:
    """Return every box of the return in its order, with these amounts."""
    return tuple(BoxRow(box, boxes.get(box, NOTHING)) for box in Box)


def invoices_in(organisation: Organisation, period: Period, box: str) -> dict[int, Amounts]:
    """Return the invoices of a box by id, each with what it has in that box."""
    return {
        part.invoice_id: amounts
        for part, amounts in vat_return(organisation, period).parts.items()
        if part.box == box
    }


def kind_of(period: Period) -> str:
    """Return month, quarter or year; empty if the period is none of these."""
    first, last = period.first, period.last
    if first is None or last is None or first.day != 1:
        return ""
    for length, kind in MONTHS.items():
        starts_right = (first.month - 1) % length == 0
        if starts_right and period == Period.months(first.year, first.month, length=length):
            return kind
    return ""


def return_sheet(organisation: Organisation, period: Period) -> Sheet:
    """Return the boxes as a spreadsheet: whole euros beside the exact amounts."""
    head = [
        _("Box"),
        _("Supplies"),
        _("Turnover, whole €"),
        _("VAT, whole €"),
        _("Excl. VAT €"),
        _("VAT €"),
    ]
    rows = _cells(vat_return(organisation, period).rows)
    return Sheet(f"vat-return-{period.first}-{period.last}", _("VAT return"), head, rows)


def _cells(rows: Iterable[BoxRow]) -> Iterator[list[Cell]]:
    for row in rows:
        figures: list[Any] = [row.turnover, row.vat, row.amounts.net, row.amounts.vat]
        empty: list[Any] = [None] * 4
        yield [str(row.box), str(row.box.label), *(empty if row.why_empty else figures)]


def has_ended(period: Period, today: datetime.date) -> bool:
    """Return whether the last day of the period is over."""
    return period.last is not None and period.last < today
