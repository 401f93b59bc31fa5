"""The days of the sample, relative to today: two months that were billed, and what came after."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

from projects.periods import add_months

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ONE_DAY = datetime.timedelta(days=1)
SATURDAY = 5
# Before this day of a month, the month before it was not billed yet.
BILLED_FROM = 10


@dataclass(frozen=True)
class Calendar:
    """`first` and `second` begin the two billed months; from `recent` on nothing was billed."""

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
        """From the first billed month up to and including today."""
        for number in range((self.today - self.first).days + 1):
            day = self.first + number * ONE_DAY
            if day.weekday() < SATURDAY:
                yield day

    def ago(self, days: int) -> datetime.date:
        """The last weekday at least so many days ago."""
        day = self.today - days * ONE_DAY
        while day.weekday() >= SATURDAY:
            day -= ONE_DAY
        return day

    def at(self, day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
        """That time in Amsterdam, but never later than now."""
        time = datetime.time(hour, minute, tzinfo=AMSTERDAM)
        return min(datetime.datetime.combine(day, time), self.now)


def next_weekday(day: datetime.date) -> datetime.date:
    """The day itself, or the Monday after it."""
    while day.weekday() >= SATURDAY:
        day += ONE_DAY
    return day


def ticking(start: datetime.datetime) -> Callable[[], datetime.datetime]:
    """A clock that begins then, and is a little later at every look."""
    looks = count()
    return lambda: start + next(looks) * datetime.timedelta(milliseconds=80)
