"""Days of the sample, relative to today: two billed months and the time after them."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

from lib.days import ONE_DAY
from projects.periods import add_months

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SATURDAY = 5
# Before this day of a month, the previous month is not billed yet.
BILLED_FROM = 10


@dataclass(frozen=True)
class Calendar:
    """`first` and `second` begin the billed months; from `recent` on nothing was billed."""

    now: datetime.datetime
    today: datetime.date

    @property
    def recent(self) -> datetime.date:
        this_month = self.today.replace(day=1)
        return this_month if self.today.day >= BILLED_FROM else add_months(this_month, -1)

    @property
    def second(self) -> datetime.date:
        return add_months(self.recent, -1)

    @property
    def first(self) -> datetime.date:
        return add_months(self.recent, -2)

    def weekdays(self) -> Iterator[datetime.date]:
        """Yield the weekdays from the first billed month up to and including today."""
        for number in range((self.today - self.first).days + 1):
            day = self.first + number * ONE_DAY
            if day.weekday() < SATURDAY:
                yield day

    def ago(self, days: int) -> datetime.date:
        """Return the last weekday at least so many days ago."""
        day = self.today - days * ONE_DAY
        while day.weekday() >= SATURDAY:
            day -= ONE_DAY
        return day

    def at(self, day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
        """Return that time in Amsterdam, but never later than now."""
        time = datetime.time(hour, minute, tzinfo=AMSTERDAM)
        return min(datetime.datetime.combine(day, time), self.now)


def next_weekday(day: datetime.date) -> datetime.date:
    """Return the day itself, or the Monday after it."""
    while day.weekday() >= SATURDAY:
        day += ONE_DAY
    return day


def ticking(start: datetime.datetime) -> Callable[[], datetime.datetime]:
    """Return a clock that starts then, and advances with every call."""
    looks = count()
    return lambda: start + next(looks) * datetime.timedelta(milliseconds=80)
