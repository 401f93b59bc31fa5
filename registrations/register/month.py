"""A month of one person as a calendar: totals and statuses per day, and what is missing."""

import calendar
import datetime
from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from accounts.models import Membership
from lib.days import ONE_DAY

from ..expected import expected_days
from ..models import Status, TimeEntry
from ..periods import Period, monday_of
from .week import Day

# From the least settled to the most; a day shows the first that it has.
ORDER = (
    Status.OPEN,
    Status.SUBMITTED,
    Status.APPROVED,
    Status.INVOICED,
    Status.WRITTEN_OFF,
)


@dataclass(frozen=True)
class MonthDay:
    """A day of the calendar; one of another month has no figures."""

    day: Day
    is_inside: bool
    status: str = ""
    rejected: int = 0

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label) if self.status else ""


@dataclass(frozen=True)
class MonthWeek:
    """Monday to Sunday; the totals are those of the days in the month."""

    days: tuple[MonthDay, ...]

    @property
    def monday(self) -> datetime.date:
        return self.days[0].day.date

    @property
    def inside(self) -> list[Day]:
        return [one.day for one in self.days if one.is_inside]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.inside)

    @property
    def expected(self) -> int:
        return sum(day.expected for day in self.inside)

    @property
    def missing(self) -> int:
        return sum(day.missing for day in self.inside)


@dataclass(frozen=True)
class Month:
    """The weeks that have a day of the month, and the billable minutes."""

    first: datetime.date
    weeks: tuple[MonthWeek, ...]
    billable: int

    @property
    def minutes(self) -> int:
        return sum(week.minutes for week in self.weeks)

    @property
    def expected(self) -> int:
        return sum(week.expected for week in self.weeks)

    @property
    def missing(self) -> list[Day]:
        return [day for week in self.weeks for day in week.inside if day.missing]

    @property
    def missing_minutes(self) -> int:
        return sum(day.missing for day in self.missing)

    @property
    def before(self) -> datetime.date:
        return (self.first - ONE_DAY).replace(day=1)

    @property
    def after(self) -> datetime.date:
        return self.first + calendar.monthrange(self.first.year, self.first.month)[1] * ONE_DAY


def month_of(
    membership: Membership, day: datetime.date, *, by: Membership, today: datetime.date
) -> Month:
    """Return the month of a day for one employee, as the member sees it; three queries."""
    period = Period.months(day.year, day.month, length=1)
    first, last = period.first or day, period.last or day
    seen = TimeEntry.objects.visible_to(by)
    rows = seen.filter(membership=membership, date__range=(first, last)).order_by()
    found = rows.values_list("date", "status").annotate(
        total=Sum("minutes"),
        billable=Sum("minutes", filter=Q(is_billable=True), default=0),
        n=Count("pk"),
    )
    by_day: dict[datetime.date, dict[str, tuple[int, int]]] = {}
    billable = 0
    for date, status, minutes, some, count in found:
        by_day.setdefault(date, {})[status] = (minutes, count)
        billable += some
    due = expected_days([membership], first, last, by=by)
    weeks, monday = [], monday_of(first)
    while monday <= last:
        days = []
        for date in (monday + n * ONE_DAY for n in range(7)):
            if not first <= date <= last:
                days.append(MonthDay(Day(date, 0), is_inside=False))
                continue
            states, expected = by_day.get(date, {}), due[membership.pk, date]
            minutes = sum(total for total, _count in states.values())
            missing = expected.missing(date, minutes, today=today)
            shown = next((one.value for one in ORDER if one in states), "")
            rejected = states.get(Status.REJECTED, (0, 0))[1]
            day_found = Day(date, minutes, expected, missing)
            days.append(MonthDay(day_found, is_inside=True, status=shown, rejected=rejected))
        weeks.append(MonthWeek(tuple(days)))
        monday += 7 * ONE_DAY
    return Month(first, tuple(weeks), billable)
