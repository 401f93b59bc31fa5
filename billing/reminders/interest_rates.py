"""The percentages of statutory interest: the published ones, and those of an organisation.

They are set per 1 January and 1 July (article 6:120 BW): the commercial rate is the refinancing
rate of the European Central Bank plus eight percentage points; the ordinary rate is set by royal
decree. A percentage that an administrator entered replaces the published one of the same day.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..models import InterestKind, InterestRate
from .interest import From, percentage_on

JANUARY, JULY = (1, 1), (7, 1)


def _published(*values: tuple[int, tuple[int, int], str]) -> tuple[From, ...]:
    return tuple(
        From(datetime.date(year, *day), Decimal(percentage)) for year, day, percentage in values
    )


# As published in the Staatsblad (ordinary) and by the Dutch government (commercial). A half-year
# without a line has the percentage of the one before it.
PUBLISHED: Mapping[str, tuple[From, ...]] = {
    InterestKind.COMMERCIAL: _published(
        (2015, JANUARY, "8.05"),
        (2016, JULY, "8.00"),
        (2023, JANUARY, "10.50"),
        (2023, JULY, "12.00"),
        (2024, JANUARY, "12.50"),
        (2024, JULY, "12.25"),
        (2025, JANUARY, "11.15"),
        (2025, JULY, "10.15"),
        (2026, JANUARY, "10.15"),
        (2026, JULY, "10.40"),
    ),
    InterestKind.ORDINARY: _published(
        (2015, JANUARY, "2.00"),
        (2023, JANUARY, "4.00"),
        (2023, JULY, "6.00"),
        (2024, JANUARY, "7.00"),
        (2025, JANUARY, "6.00"),
        (2026, JANUARY, "4.00"),
        (2026, JULY, "4.00"),
    ),
}

Percentages = Mapping[str, Sequence[From]]


def percentages_of(organisation_id: int) -> Percentages:
    """Return the percentages by kind, oldest first; one query."""
    return with_own(InterestRate.objects.filter(organisation=organisation_id))


def with_own(own: Iterable[InterestRate]) -> Percentages:
    """Return the published percentages, replaced and completed by those of an organisation."""
    found = {kind: {one.day: one for one in PUBLISHED[kind]} for kind in InterestKind.values}
    for rate in own:
        found[rate.kind][rate.starts_on] = From(rate.starts_on, rate.percentage)
    return {kind: [days[day] for day in sorted(days)] for kind, days in found.items()}


@dataclass(frozen=True)
class RateRow:
    """The percentages from a day on, as the settings list them."""

    day: datetime.date
    commercial: Decimal
    ordinary: Decimal
    # Entered by the organisation, at least one of the two.
    is_own: bool


def rate_rows(own: Iterable[InterestRate]) -> list[RateRow]:
    """Return the percentages of every day on which one changed or was confirmed, newest first."""
    entered = list(own)
    known, own_days = with_own(entered), {rate.starts_on for rate in entered}
    days = {one.day for kind in known.values() for one in kind}
    first = max(kind[0].day for kind in known.values())
    return [
        RateRow(
            day,
            percentage_on(known[InterestKind.COMMERCIAL], day),
            percentage_on(known[InterestKind.ORDINARY], day),
            is_own=day in own_days,
        )
        for day in sorted(days, reverse=True)
        if day >= first
    ]


def known_until(percentages: Sequence[From]) -> datetime.date:
    """Return the last day of the half-year of the last percentage: beyond it, it may be wrong."""
    last = max(one.day for one in percentages)
    return datetime.date(last.year, *((6, 30) if last.month < JULY[0] else (12, 31)))


def half_year_of(day: datetime.date) -> datetime.date:
    """Return the first day of its half-year, on which the percentages may change."""
    return datetime.date(day.year, *(JANUARY if day.month < JULY[0] else JULY))


def to_be_checked(percentages: Percentages, day: datetime.date) -> list[str]:
    """Return the kinds whose percentage is not known for a day because its half-year is later."""
    return [kind for kind, known in percentages.items() if known_until(known) < day]
