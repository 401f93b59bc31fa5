"""What an owner asks about the hours of everybody: who misses some, and which part is billable.

Times are whole minutes; a week is named by its Monday.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, Sum

from accounts.models import Membership, Organisation
from lib.days import ONE_DAY

from ..expected import days_between, expected_days, registered_minutes
from ..models import TimeEntry
from ..periods import Period, monday_of

# The weeks of the billable share, with the one that is not over.
WEEKS = 12
# So many people with missing hours are named; the rest is counted.
MOST_NAMED = 8


@dataclass(frozen=True)
class WeekShare:
    """The registered minutes of a week, and the billable part."""

    monday: datetime.date
    minutes: int
    billable: int
    is_over: bool

    @property
    def percent(self) -> int | None:
        """The billable part in whole percents; None without hours."""
        return round(self.billable * 100 / self.minutes) if self.minutes else None

    @property
    def query(self) -> str:
        """The part of an address that filters the hours of the week in Overview."""
        return urlencode(Period.week_of(self.monday).in_address())


@dataclass(frozen=True)
class PersonHours:
    """What a person registered of what was expected; `missing` is that of single days."""

    member: Membership
    expected: int
    registered: int
    missing: int

    @property
    def done(self) -> int:
        """The minutes of the bar: at most what was expected."""
        return min(self.registered, self.expected)


@dataclass(frozen=True)
class TeamHours:
    """The hours of everybody of whom something was expected; who misses most comes first."""

    first: datetime.date
    last: datetime.date
    people: Sequence[PersonHours]

    @property
    def late(self) -> list[Membership]:
        """Who misses hours."""
        return [one.member for one in self.people if one.missing]

    @property
    def named(self) -> Sequence[PersonHours]:
        return self.people[:MOST_NAMED]

    @property
    def more(self) -> int:
        return len(self.people) - len(self.named)

    @property
    def expected(self) -> int:
        return sum(one.expected for one in self.people)

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.people)

    @property
    def query(self) -> str:
        """The part of an address that filters these days in Overview."""
        return urlencode(Period(self.first, self.last).in_address())


def billable_by_week(organisation: Organisation, *, today: datetime.date) -> list[WeekShare]:
    """Return the billable part of the last weeks, the earliest first; one query."""
    this_week = monday_of(today)
    first = this_week - (WEEKS - 1) * 7 * ONE_DAY
    rows = TimeEntry.objects.filter(
        organisation=organisation, date__range=(first, this_week + 6 * ONE_DAY)
    )
    days = (
        rows.order_by()
        .values_list("date")
        .annotate(
            total=Sum("minutes"), billable=Sum("minutes", filter=Q(is_billable=True), default=0)
        )
    )
    sums = {first + week * 7 * ONE_DAY: [0, 0] for week in range(WEEKS)}
    for day, total, billable in days:
        found = sums[monday_of(day)]
        found[0] += total
        found[1] += billable
    return [
        WeekShare(monday, total, billable, is_over=monday < this_week)
        for monday, (total, billable) in sums.items()
    ]


def team_hours(organisation: Organisation, *, today: datetime.date) -> TeamHours:
    """Return the hours of this week until yesterday, on a Monday of last week; four queries."""
    last = today - ONE_DAY
    first = monday_of(last)
    people = list(organisation.memberships.active().select_related("user"))
    expected = expected_days(people, first, last)
    registered = registered_minutes(people, first, last)
    days = list(days_between(first, last))
    found = []
    for one in people:
        due = sum(expected[one.pk, day].minutes for day in days)
        if not due:
            continue
        minutes = [registered.get((one.pk, day), 0) for day in days]
        missing = sum(
            expected[one.pk, day].missing(day, number, today=today)
            for day, number in zip(days, minutes, strict=True)
        )
        found.append(PersonHours(one, due, sum(minutes), missing))
    found.sort(key=lambda one: (-one.missing, str(one.member).lower()))
    return TeamHours(first, last, found)
