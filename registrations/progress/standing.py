"""Where the hours of a project stand: what is left of its budget, and how it ends at this pace.

The forecast is the mean of the last four whole weeks, spread over the working days until the end
of the project. Hours are whole minutes; a week is named by its Monday.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Sum

from accounts.models import Membership
from lib.days import ONE_DAY
from lib.money import ZERO, worth_of_minutes
from projects.dated_rates import RateTable
from projects.models import DatedRate, Project, RateKind, Subject, Task

from ..models import TimeEntry
from ..periods import Period, monday_of
from ..worth import worth_by

WEEK = 7 * ONE_DAY
# The weeks whose mean is the pace, and the fewest weeks of work before anything is forecast.
PACE_WEEKS = 4
FEWEST_WEEKS = 3
WORKING_DAYS = 5
# A plot of more weeks is not read; the first point has the hours of all earlier ones.
MOST_WEEKS = 104

ByDay = Mapping[datetime.date, int]


class WhyNone(StrEnum):
    """Why there is no forecast."""

    NO_BUDGET = "no_budget"
    NO_END = "no_end"
    ENDED = "ended"
    TOO_SHORT = "too_short"


@dataclass(frozen=True)
class Forecast:
    """Minutes left on the last day at this pace, negative if over; and the day they run out."""

    ends_on: datetime.date
    left: int
    runs_out_on: datetime.date | None


@dataclass(frozen=True)
class Part:
    """A task, an employee or a month: its minutes, their worth and cost in euros excl. VAT.

    `query` is the part of an address that filters its hours in Overview.
    """

    name: Any
    query: str
    minutes: int
    worth: Decimal | None
    cost: Decimal


@dataclass(frozen=True)
class Standing:
    """The hours of a project, and what they are worth and cost in euros excl. VAT.

    `costless_minutes` are those of people without a cost rate on that day; `cost` lacks them.
    """

    minutes: int
    budget: int | None
    weeks: tuple[tuple[datetime.date, int], ...]
    forecast: Forecast | None
    why_none: WhyNone | None
    tasks: tuple[Part, ...]
    people: tuple[Part, ...]
    months: tuple[Part, ...]
    worth: Decimal
    cost: Decimal
    costless_minutes: int

    @property
    def left(self) -> int | None:
        """Return the minutes left of the budget; negative if there are more hours."""
        return None if self.budget is None else self.budget - self.minutes

    @property
    def over_now(self) -> int:
        """Return the minutes over the budget."""
        return max(-(self.left or 0), 0)

    @property
    def over(self) -> int:
        """Return the minutes over the budget on the last day, by the forecast."""
        return max(-self.forecast.left, 0) if self.forecast else 0

    @property
    def margin(self) -> Decimal:
        return self.worth - self.cost


@dataclass(frozen=True)
class _Group:
    task: int
    membership: int
    day: datetime.date
    minutes: int


def standing_of(project: Project, *, today: datetime.date) -> Standing:
    """Return where the hours of a project stand, in seven queries."""
    rows = TimeEntry.objects.filter(organisation=project.organisation_id, project=project)
    groups = _groups(rows)
    by_day: Counter[datetime.date] = Counter()
    for group in groups:
        by_day[group.day] += group.minutes
    found = forecast(by_day, project=project, today=today)
    costs = _Costs(groups)
    return Standing(
        minutes=by_day.total(),
        budget=project.budget_minutes,
        weeks=tuple(_left_by_week(by_day, project.budget_minutes or 0)),
        forecast=found if isinstance(found, Forecast) else None,
        why_none=found if isinstance(found, WhyNone) else None,
        tasks=_tasks(rows, groups, costs),
        people=_people(rows, groups, costs),
        months=_months(groups, costs),
        worth=rows.worth(),
        cost=sum((costs.of(group) for group in groups), ZERO),
        costless_minutes=sum(one.minutes for one in groups if costs.rate(one) is None),
    )


def cost_of_hours(project: Project) -> tuple[Decimal, int]:
    """Return what the hours of a project cost, and the minutes without a cost rate; two queries."""
    rows = TimeEntry.objects.filter(organisation=project.organisation_id, project=project)
    groups = _groups(rows)
    costs = _Costs(groups)
    costless = sum(one.minutes for one in groups if costs.rate(one) is None)
    return sum((costs.of(group) for group in groups), ZERO), costless


def _groups(rows: Any) -> list[_Group]:
    totals = rows.order_by().values_list("task", "membership", "date").annotate(n=Sum("minutes"))
    return [_Group(*values) for values in totals]


def forecast(by_day: ByDay, *, project: Project, today: datetime.date) -> Forecast | WhyNone:
    """Return how the budget in hours ends at the pace of the last whole weeks, or why not."""
    budget, ends_on = project.budget_minutes, project.ends_on
    if not budget:
        return WhyNone.NO_BUDGET
    if ends_on is None:
        return WhyNone.NO_END
    if ends_on <= today:
        return WhyNone.ENDED
    monday = monday_of(today)
    worked = [day for day in by_day if day <= today]
    if not worked or monday - monday_of(min(worked)) < FEWEST_WEEKS * WEEK:
        return WhyNone.TOO_SHORT
    # A project of three weeks has a pace of three.
    weeks = min(PACE_WEEKS, (monday - monday_of(min(worked))) // WEEK)
    recent = sum(by_day[day] for day in worked if monday - weeks * WEEK <= day < monday)
    left = budget - sum(by_day[day] for day in worked)
    days = list(_working_days(today + ONE_DAY, ends_on))
    pace = weeks * WORKING_DAYS
    runs_out = next(
        (day for number, day in enumerate(days, 1) if left * pace <= recent * number), None
    )
    return Forecast(ends_on, left - round(recent * len(days) / pace), runs_out)


def _working_days(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    day = first
    while day <= last:
        if day.weekday() < WORKING_DAYS:
            yield day
        day += ONE_DAY


def _left_by_week(by_day: ByDay, budget: int) -> Iterator[tuple[datetime.date, int]]:
    """Yield each week from the first with hours to the last, with the minutes left at its end."""
    if not by_day:
        return
    by_week: Counter[datetime.date] = Counter()
    for day, minutes in by_day.items():
        by_week[monday_of(day)] += minutes
    last = max(by_week)
    monday = max(min(by_week), last - (MOST_WEEKS - 1) * WEEK)
    left = budget - sum(minutes for week, minutes in by_week.items() if week < monday)
    while monday <= last:
        left -= by_week[monday]
        yield monday, left
        monday += WEEK


class _Costs:
    """What hours cost by the cost rate of the employee on their day; read in one query."""

    def __init__(self, groups: Sequence[_Group]) -> None:
        people = {group.membership for group in groups}
        rates = DatedRate.objects.filter(kind=RateKind.COST, membership__in=people).order_by()
        found = rates.values_list("membership", "from_on", "rate")
        self._table = RateTable((Subject("membership", pk), day, rate) for pk, day, rate in found)

    def rate(self, group: _Group) -> Decimal | None:
        """Return euros an hour; None before the first cost rate."""
        subject = Subject("membership", group.membership)
        return self._table.at(group.day, subject=subject, beginning=None)

    def of(self, group: _Group) -> Decimal:
        """Return what the hours of a day cost, in euros."""
        return worth_of_minutes(group.minutes, self.rate(group))


def _tasks(rows: Any, groups: Sequence[_Group], costs: _Costs) -> tuple[Part, ...]:
    worth = {pk: found.amount for (pk,), found in worth_by(rows, "task").items()}
    names = Task.objects.in_bulk(list(worth))
    return _parts("task", names, worth, ((one.task, one) for one in groups), costs)


def _people(rows: Any, groups: Sequence[_Group], costs: _Costs) -> tuple[Part, ...]:
    worth = {pk: found.amount for (pk,), found in worth_by(rows, "membership").items()}
    names = Membership.objects.select_related("user").in_bulk(list(worth))
    return _parts("employee", names, worth, ((one.membership, one) for one in groups), costs)


def _months(groups: Sequence[_Group], costs: _Costs) -> tuple[Part, ...]:
    """Return the months, latest first."""
    of_months = [(one.day.replace(day=1), one) for one in groups]
    names = {month: month for month in sorted({month for month, _ in of_months}, reverse=True)}
    return _parts("month", names, {}, iter(of_months), costs)


def _parts(
    field: str,
    names: Mapping[Any, Any],
    worth: Mapping[Any, Decimal],
    groups: Iterator[tuple[Any, _Group]],
    costs: _Costs,
) -> tuple[Part, ...]:
    """Add up hours and cost by key; tasks and people by name, months as they are given."""
    minutes: Counter[Any] = Counter()
    cost: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for key, group in groups:
        minutes[key] += group.minutes
        cost[key] += costs.of(group)
    keys = sorted(names, key=lambda key: str(names[key]).lower()) if worth else list(names)
    return tuple(
        Part(names[key], _query(field, key), minutes[key], worth.get(key), cost[key])
        for key in keys
    )


def _query(field: str, key: Any) -> str:
    if field != "month":
        return f"{field}={key}&period=all"
    month = Period.months(key.year, key.month, length=1)
    return f"period=custom&since={month.first}&until={month.last}"
