"""What changed after a VAT return was marked as filed, per box and per invoice.

An invoice or a credit that became final later with a date in the period is new; one that was
cancelled later is gone. The difference with the amounts as filed goes into a supplementary return,
or into the next return if it is small: art. 10a of the General Tax Act (AWR) and art. 15 of the
Turnover Tax Implementation Decree 1968; the limit is that of the Tax Administration ("Btw-aangifte
corrigeren"). The limit does not hold for supplies within the EU: the ICP return is corrected too.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Organisation
from lib.money import ZERO
from registrations.periods import Period
from vat.boxes import NOT_FROM_INVOICES, Box

from ..models import FiledReturn, Invoice
from .corrections import corrections_among
from .invoices import ISSUED
from .parts import NOTHING, Part, add_up, as_filed, difference, together
from .vat_overview import Amounts
from .vat_return import BoxRow, VatReturn, without_corrections

# In euros of VAT, in a calendar year, to pay or to get back on balance.
LIMIT = Decimal(1000)
# Since 1 January 2025 a supplementary return is due within 8 weeks of finding the mistake.
WEEKS = 8


@dataclass(frozen=True)
class ChangedBox:
    """A box as it was filed and as it is now."""

    filed: BoxRow
    now: BoxRow

    @property
    def box(self) -> Box:
        return self.now.box

    @property
    def difference(self) -> Amounts:
        return self.now.amounts - self.filed.amounts


@dataclass(frozen=True)
class Changes:
    """The difference between a filed return and the invoices of its period as they are now."""

    boxes: tuple[ChangedBox, ...]
    # By invoice: what it adds to all boxes together.
    invoices: Mapping[int, Amounts]

    def __bool__(self) -> bool:
        return bool(self.invoices)

    @property
    def vat(self) -> Decimal:
        """The VAT to pay more, in euros to the cent; negative to get back."""
        return sum((one.difference.vat for one in self.boxes), ZERO)

    @property
    def touches_icp(self) -> bool:
        return any(one.box == Box.WITHIN_EU and one.difference for one in self.boxes)


def changes_of(filed: FiledReturn, now: VatReturn) -> Changes:
    """Compare a filed return with the invoices of its period as they are now, in one query."""
    return _compare(as_filed([filed])[filed.pk], now.parts)


def vat_changed_in(organisation: Organisation, year: int) -> Decimal:
    """Return the VAT that changed after filing in all periods of a year, in euros, on balance.

    The number of queries does not depend on the number of periods.
    """
    filed = list(in_force_of(organisation, year))
    if not filed:
        return ZERO
    first, last = min(one.first for one in filed), max(one.last for one in filed)
    period = Period(first, last)
    of_day = _days(organisation, period)
    now = without_corrections(organisation, period).parts
    corrections = corrections_among(organisation, period)
    before = as_filed(filed)
    total = ZERO
    for one in filed:
        mine = {
            part: amounts
            for part, amounts in now.items()
            if one.first <= of_day[part.invoice_id] <= one.last
        }
        own = Period(one.first, one.last)
        added = (correction.parts for correction in corrections if correction.belongs_to(own))
        total += _compare(before[one.pk], together(mine, *added)).vat
    return total


def in_force_of(organisation: Organisation, year: int) -> Iterable[FiledReturn]:
    """Return the filing that counts for each period that ended in the year."""
    found = organisation.filed_returns.in_force().filter(last__year=year)
    return {(one.first, one.last): one for one in found}.values()


def needs_supplementary(vat: Decimal) -> bool:
    """Return whether this VAT, to pay or to get back, needs a supplementary return."""
    return abs(vat) > LIMIT


def is_gone(invoice: Invoice) -> bool:
    """Return whether an invoice of a filed return no longer counts: it was cancelled."""
    return invoice.status not in ISSUED


def _days(organisation: Organisation, period: Period) -> dict[int, datetime.date]:
    mine = organisation.invoices.filter(date__gte=period.first, date__lte=period.last)
    return dict(mine.order_by().values_list("pk", "date"))


def _compare(before: Mapping[Part, Amounts], now: Mapping[Part, Amounts]) -> Changes:
    invoices: dict[int, Amounts] = {}
    for part, changed in difference(before, now).items():
        invoices[part.invoice_id] = invoices.get(part.invoice_id, NOTHING) + changed
    filed, current = add_up(before), add_up(now)
    boxes = tuple(
        ChangedBox(BoxRow(box, filed.get(box, NOTHING)), BoxRow(box, current.get(box, NOTHING)))
        for box in Box
        if box not in NOT_FROM_INVOICES
    )
    return Changes(boxes, invoices)
