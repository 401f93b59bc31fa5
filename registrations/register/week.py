"""The seven days above the hours of a day, with what is registered beside what is expected."""

import datetime
from dataclasses import dataclass

from accounts.models import Membership
from lib.days import ONE_DAY

from ..expected import NOTHING, ExpectedDay, days_between, expected_days, registered_minutes
from ..periods import monday_of


@dataclass(frozen=True)
class Day:
    """One day: the minutes worked, what is expected, and what is missing of it."""

    date: datetime.date
    minutes: int
    due: ExpectedDay = NOTHING
    missing: int = 0

    @property
    def is_weekend(self) -> bool:
        return self.date.weekday() > 4

    @property
    def expected(self) -> int:
        return self.due.minutes

    @property
    def is_off(self) -> bool:
        """True on a holiday, and on a day of leave as long as the contract."""
        return bool(self.due.reason) and not self.due.minutes

    @property
    def ground(self) -> str:
        """The ground of the day: blue for what is off, hatched where nothing is expected."""
        if self.is_off:
            return "day-off"
        is_free = self.due.is_free or (self.due.contract is None and self.is_weekend)
        return "weekend" if is_free else ""

    @property
    def percent(self) -> int:
        """How much of the expected time is registered, at most 100."""
        return min(100, self.minutes * 100 // self.expected) if self.expected else 0

    @property
    def bar(self) -> str:
        """The colour of the bar: done, missing, or under way."""
        if self.missing:
            return "missing"
        return "done" if self.minutes >= self.expected else "going"


@dataclass(frozen=True)
class Week:
    """Monday to Sunday, with their minutes."""

    days: tuple[Day, ...]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def expected(self) -> int:
        return sum(day.expected for day in self.days)

    @property
    def missing(self) -> int:
        return sum(day.missing for day in self.days)

    @property
    def percent(self) -> int:
        return min(100, self.minutes * 100 // self.expected) if self.expected else 0

    def day_of(self, date: datetime.date) -> Day:
        return next(day for day in self.days if day.date == date)

    def minutes_on(self, date: datetime.date) -> int:
        return self.day_of(date).minutes


def week_around(
    date: datetime.date, *, membership: Membership, by: Membership, today: datetime.date
) -> Week:
    """Return the week of a day for one employee, as the member sees it; three queries."""
    monday = monday_of(date)
    return Week(tuple(days_of(membership, monday, monday + 6 * ONE_DAY, by=by, today=today)))


def days_of(
    membership: Membership,
    first: datetime.date,
    last: datetime.date,
    *,
    by: Membership,
    today: datetime.date,
) -> list[Day]:
    """Return the days from first to last of one employee, as the member sees them.

    Nothing is expected of whom the member sees only a part.
    """
    registered = registered_minutes([membership], first, last, by=by)
    expected = expected_days([membership], first, last, by=by)
    found = []
    for day in days_between(first, last):
        minutes, due = registered.get((membership.pk, day), 0), expected[membership.pk, day]
        found.append(Day(day, minutes, due, due.missing(day, minutes, today=today)))
    return found
