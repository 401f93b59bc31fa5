"""The seven days above the hours of a day, with their totals."""

import datetime
from dataclasses import dataclass

from django.db.models import Sum

from accounts.models import Membership

from .models import TimeEntry
from .periods import ONE_DAY, monday_of


@dataclass(frozen=True)
class Day:
    """One day and the minutes worked on it."""

    date: datetime.date
    minutes: int

    @property
    def is_weekend(self) -> bool:
        return self.date.weekday() > 4


@dataclass(frozen=True)
class Week:
    """Monday to Sunday, with their minutes."""

    days: tuple[Day, ...]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    def minutes_on(self, date: datetime.date) -> int:
        return next(day.minutes for day in self.days if day.date == date)


def week_around(date: datetime.date, *, membership: Membership) -> Week:
    """Return the week of a day for one employee; one query."""
    monday = monday_of(date)
    rows = TimeEntry.objects.filter(
        membership=membership, date__range=(monday, monday + 6 * ONE_DAY)
    ).order_by()
    found = dict(rows.values_list("date").annotate(total=Sum("minutes")))
    dates = (monday + n * ONE_DAY for n in range(7))
    return Week(tuple(Day(day, found.get(day, 0)) for day in dates))
