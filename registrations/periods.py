"""Periods to filter by, relative to today: this month, last week, and so on."""

import calendar
import datetime
from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext_lazy as _

from lib.days import ONE_DAY


def monday_of(day: datetime.date) -> datetime.date:
    """Return the first day of the week."""
    return day - day.weekday() * ONE_DAY


@dataclass(frozen=True)
class Period:
    """The days from first to last, both included; None is open."""

    first: datetime.date | None = None
    last: datetime.date | None = None

    def in_address(self) -> dict[str, str]:
        """Return the parameters of an address that choose exactly these days in a list."""
        days = {"since": self.first, "until": self.last}
        found = {name: day.isoformat() for name, day in days.items() if day}
        return {"period": "custom", **found} if found else {"period": "all"}

    @classmethod
    def week_of(cls, day: datetime.date) -> Self:
        """Return Monday to Sunday."""
        monday = monday_of(day)
        return cls(monday, monday + 6 * ONE_DAY)

    @classmethod
    def months(cls, year: int, month: int, *, length: int) -> Self:
        """Return a number of whole months; `month` may be outside 1–12."""
        first_year, first_month = divmod(year * 12 + month - 1, 12)
        last_year, last_month = divmod(year * 12 + month - 2 + length, 12)
        last_day = calendar.monthrange(last_year, last_month + 1)[1]
        return cls(
            datetime.date(first_year, first_month + 1, 1),
            datetime.date(last_year, last_month + 1, last_day),
        )


CHOICES = (
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("this_week", _("This week")),
    ("last_week", _("Last week")),
    ("this_month", _("This month")),
    ("last_month", _("Last month")),
    ("this_quarter", _("This quarter")),
    ("last_quarter", _("Last quarter")),
    ("this_year", _("This year")),
    ("last_year", _("Last year")),
    ("custom", _("From … until …")),
    ("all", _("All periods")),
)
DEFAULT = "this_month"


def named(name: str, *, today: datetime.date) -> Period:
    """Return the period of that name; an open one for `all`, `custom` and unknown names."""
    quarter = today.month - (today.month - 1) % 3
    return {
        "today": Period(today, today),
        "yesterday": Period(today - ONE_DAY, today - ONE_DAY),
        "this_week": Period.week_of(today),
        "last_week": Period.week_of(today - 7 * ONE_DAY),
        "this_month": Period.months(today.year, today.month, length=1),
        "last_month": Period.months(today.year, today.month - 1, length=1),
        "this_quarter": Period.months(today.year, quarter, length=3),
        "last_quarter": Period.months(today.year, quarter - 3, length=3),
        "this_year": Period.months(today.year, 1, length=12),
        "last_year": Period.months(today.year - 1, 1, length=12),
    }.get(name, Period())
