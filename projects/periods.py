"""Periods of a subscription: their days and names. Uses no database."""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lib.days import ONE_DAY

from .models import Frequency

MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """The days of one period, both included."""

    first: datetime.date
    last: datetime.date

    def overlaps(self, other: "Period") -> bool:
        """Return True if both periods share a day."""
        return self.first <= other.last and other.first <= self.last


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Return the same day a number of months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def periods(frequency: str, *, starts_on: datetime.date, until: datetime.date) -> Iterator[Period]:
    """Yield consecutive periods that begin on or before `until`.

    Each is calculated from `starts_on`, so that the 31st returns after a short month.
    """
    number, first = 0, _first_day(frequency, starts_on, 0)
    while first <= until:
        number += 1
        following = _first_day(frequency, starts_on, number)
        yield Period(first, following - ONE_DAY)
        first = following


def period_name(frequency: str, period: Period, *, language: str) -> str:
    """Return a name: "November 2026", "Q4 2026", "2026", or else the first and last day."""
    with translation.override(language):
        if _is_calendar(frequency, period):
            return _calendar_name(frequency, period.first)
        return _("%(first)s to %(last)s") % {
            "first": date_format(period.first, "j F Y"),
            "last": date_format(period.last, "j F Y"),
        }


def _first_day(frequency: str, starts_on: datetime.date, number: int) -> datetime.date:
    if frequency == Frequency.WEEK:
        return starts_on + datetime.timedelta(weeks=number)
    return add_months(starts_on, number * MONTHS[Frequency(frequency)])


def _is_calendar(frequency: str, period: Period) -> bool:
    first = period.first
    if frequency == Frequency.WEEK:
        return first.isoweekday() == 1 and (period.last - first).days == 6
    months = MONTHS[Frequency(frequency)]
    whole = period.last == add_months(first, months) - ONE_DAY
    return whole and first.day == 1 and (first.month - 1) % months == 0


def _calendar_name(frequency: str, first: datetime.date) -> str:
    match frequency:
        case Frequency.WEEK:
            year, week, _day = first.isocalendar()
            return _("week %(week)s of %(year)s") % {"week": week, "year": year}
        case Frequency.QUARTER:
            return _("Q%(quarter)s %(year)s") % {
                "quarter": (first.month + 2) // 3,
                "year": first.year,
            }
        case Frequency.YEAR:
            return str(first.year)
    return date_format(first, "F Y")
