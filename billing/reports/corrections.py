"""Corrections of a filed return that count in a later one.

A difference of at most € 1,000 of VAT may go into a later return (see filed_changes.py). It is the
difference between what was filed for the period before and what was filed with the correction, per
invoice and box, and is part of the return of the period in which `counts_in` lies. A longer period
that contains the corrected one has its invoices as they are now, and no correction beside them.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from accounts.models import Organisation
from registrations.periods import Period

from ..models import FiledReturn
from .parts import Parts, as_filed, difference
from .vat_overview import Amounts


@dataclass(frozen=True)
class Correction:
    """A filed return that corrects an earlier filing, and what it changed."""

    filed: FiledReturn
    parts: Parts

    @property
    def amounts(self) -> Amounts:
        return sum(self.parts.values(), Amounts())

    def belongs_to(self, period: Period) -> bool:
        """Return whether it counts in this period, and its own days are not part of it."""
        first, last = _days(period)
        counts_in = self.filed.counts_in
        is_inside = first <= self.filed.first and self.filed.last <= last
        return counts_in is not None and first <= counts_in <= last and not is_inside


def corrections_in(organisation: Organisation, period: Period) -> list[Correction]:
    """Return the corrections that count in a period; one query if there are none, else three."""
    return [one for one in corrections_among(organisation, period) if one.belongs_to(period)]


def corrections_among(organisation: Organisation, period: Period) -> list[Correction]:
    """Return every correction that counts in some return of the period, oldest first."""
    first, last = _days(period)
    in_force = organisation.filed_returns.in_force()
    found = list(in_force.filter(counts_in__gte=first, counts_in__lte=last))
    if not found:
        return []
    same_days = in_force.filter(first__in={one.first for one in found})
    before = _before(same_days)
    parts = as_filed([*found, *(before[one.pk] for one in found if one.pk in before)])
    return [
        Correction(one, difference(parts[before[one.pk].pk], parts[one.pk]))
        for one in found
        if one.pk in before
    ]


def _before(filed: Iterable[FiledReturn]) -> dict[int, FiledReturn]:
    """Return the filing before each one, of the same period, by id."""
    of_period: dict[tuple[datetime.date, datetime.date], list[FiledReturn]] = defaultdict(list)
    for one in filed:
        of_period[one.first, one.last].append(one)
    return {later.pk: earlier for same in of_period.values() for earlier, later in pairwise(same)}


def _days(period: Period) -> tuple[datetime.date, datetime.date]:
    return period.first or datetime.date.min, period.last or datetime.date.max
