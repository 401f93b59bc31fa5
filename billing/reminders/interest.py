"""Statutory interest on a claim that is paid late. Pure: no database.

Sources: articles 6:119 (ordinary rate), 6:119a (commercial rate, between businesses) and 6:119b
(public authorities, the same rate) of the Dutch Civil Code (BW), and 6:120 on the percentages.

- It runs from the day after the due date up to and including the day that is asked for
  (6:119a(1): "tot en met de dag waarop de schuldenaar de geldsom heeft voldaan").
- The percentage is the one of each day: a change also counts for claims that are late already.
- A day costs one 365th of the percentage, in a leap year one 366th.
- After each year the interest of that year is added to the amount that bears interest (6:119(2),
  6:119a(3)); within a year it is simple. The first year begins on the first day of interest.

Sums are exact fractions, rounded half up to the cent at the end.
"""

import datetime
from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from lib.days import ONE_DAY
from lib.money import cents

PERCENT = 100


class NoPercentage(Exception):
    """No percentage is known for a day; `day` says which."""

    def __init__(self, day: datetime.date) -> None:
        super().__init__(day)
        self.day = day


@dataclass(frozen=True)
class From:
    """A value that holds from a day on: a percentage per year, or an open amount in euros."""

    day: datetime.date
    value: Decimal


@dataclass(frozen=True)
class InterestPart:
    """Days with one percentage over one amount, both days included; amounts in euros."""

    first: datetime.date
    last: datetime.date
    # The open amount, with the interest of the years that ended before.
    over: Decimal
    percentage: Decimal
    amount: Decimal


@dataclass(frozen=True)
class _Span:
    first: datetime.date
    last: datetime.date
    base: Fraction
    percentage: Decimal
    amount: Fraction


def interest_parts(
    owed: Sequence[From],
    percentages: Sequence[From],
    *,
    due_on: datetime.date,
    until: datetime.date,
) -> list[InterestPart]:
    """Return the interest by period, oldest first; its amounts add up to the rounded total.

    `owed` has the open amount from each day on which it changed; before the first it is zero.
    Raises NoPercentage if a day before the first of `percentages` bears interest.
    """
    spans = list(_merged(_spans(owed, percentages, due_on + ONE_DAY, until)))
    parts, total, shown = [], Fraction(0), Decimal("0.00")
    for span in spans:
        total += span.amount
        so_far = _rounded(total)
        parts.append(
            InterestPart(
                span.first, span.last, _rounded(span.base), span.percentage, so_far - shown
            )
        )
        shown = so_far
    return parts


def interest(
    owed: Sequence[From],
    percentages: Sequence[From],
    *,
    due_on: datetime.date,
    until: datetime.date,
) -> Decimal:
    """Return the total in euros, rounded half up to the cent."""
    parts = interest_parts(owed, percentages, due_on=due_on, until=until)
    return sum((part.amount for part in parts), Decimal("0.00"))


def percentage_on(percentages: Sequence[From], day: datetime.date) -> Decimal:
    """Return the percentage per year on a day. Raises NoPercentage before the first one."""
    if not any(one.day <= day for one in percentages):
        raise NoPercentage(day)
    return _value_at(percentages, day)


def _spans(
    owed: Sequence[From], percentages: Sequence[From], first: datetime.date, last: datetime.date
) -> Iterator[_Span]:
    """Yield the days of one calendar year, percentage, open amount and year of interest."""
    starts = _starts(owed, percentages, first, last)
    anniversaries = set(_anniversaries(first, last))
    added = this_year = Fraction(0)
    for start, after in pairwise([*starts, last + ONE_DAY]):
        if start in anniversaries:
            added, this_year = added + this_year, Fraction(0)
        open_amount = max(_value_at(owed, start), Decimal(0))
        if not open_amount:
            continue
        percentage = percentage_on(percentages, start)
        base = Fraction(open_amount) + added
        days = (after - start).days
        amount = base * Fraction(percentage) * days / (PERCENT * _days_of_year(start.year))
        this_year += amount
        yield _Span(start, after - ONE_DAY, base, percentage, amount)


def _starts(
    owed: Sequence[From], percentages: Sequence[From], first: datetime.date, last: datetime.date
) -> list[datetime.date]:
    """Return the days on which something changes; none if there is no day of interest."""
    if last < first:
        return []
    new_years = (datetime.date(year, 1, 1) for year in range(first.year + 1, last.year + 1))
    changes = {one.day for one in (*owed, *percentages)}
    days = {first, *new_years, *_anniversaries(first, last), *changes}
    return sorted(day for day in days if first <= day <= last)


def _anniversaries(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Yield the first days of the second and later years of interest; 29 February: 1 March."""
    for year in range(first.year + 1, last.year + 1):
        is_short = (first.month, first.day) == (2, 29) and not isleap(year)
        yield datetime.date(year, 3, 1) if is_short else first.replace(year=year)


def _days_of_year(year: int) -> int:
    return 366 if isleap(year) else 365


def _value_at(values: Sequence[From], day: datetime.date) -> Decimal:
    known = [one for one in values if one.day <= day]
    return max(known, key=lambda one: one.day).value if known else Decimal(0)


def _merged(spans: Iterator[_Span]) -> Iterator[_Span]:
    """Join neighbours with the same amount and percentage, such as around New Year."""
    before: _Span | None = None
    for span in spans:
        if before is None:
            before = span
        elif _is_one(before, span):
            amount = before.amount + span.amount
            before = _Span(before.first, span.last, span.base, span.percentage, amount)
        else:
            yield before
            before = span
    if before:
        yield before


def _is_one(before: _Span, span: _Span) -> bool:
    same = (before.base, before.percentage) == (span.base, span.percentage)
    return same and before.last + ONE_DAY == span.first


def _rounded(amount: Fraction) -> Decimal:
    """Round to the cent, half up, without the error of a division."""
    hundredths = (amount.numerator * 200 + amount.denominator) // (2 * amount.denominator)
    return cents(Decimal(hundredths) / 100)
