"""What was registered in a week, by person and day, for who approves it.

Amounts of time only: who approves may be without the right to see money.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, full_name
from lib.choices import chosen_id
from lib.days import ONE_DAY
from projects.models import Project, Task

from ..expected import NOTHING, ExpectedDay, expected_days
from ..models import KINDS, Expense, Registration, RegistrationQuerySet, Status, TimeEntry, Trip
from ..overview.selection import Selection
from .statuses import NAMED, decides_own

# What is expected by person and day.
Expected = Mapping[tuple[int, datetime.date], ExpectedDay]
# The names of who gave a row its status.
_DECIDERS = tuple(f"status_by__user__{name}" for name in ("first_name", "last_name", "email"))
FIELDS = {"hours": "time_entries", "expenses": "expenses", "trips": "trips"}


@dataclass(kw_only=True)
class Line:
    """Minutes by day and by status, of a person or of one task on a project."""

    minutes: dict[datetime.date, int] = field(default_factory=dict)
    by_status: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    submitted_on: dict[datetime.date, int] = field(default_factory=dict)
    billable: int = 0

    @property
    def total(self) -> int:
        return sum(self.minutes.values())

    @property
    def submitted(self) -> int:
        return self.by_status.get(Status.SUBMITTED, 0)

    @property
    def open(self) -> int:
        return self.by_status.get(Status.OPEN, 0)

    @property
    def status(self) -> str:
        """The status that matters most: what waits for somebody before what is done."""
        order = (
            Status.SUBMITTED,
            Status.REJECTED,
            Status.OPEN,
            Status.APPROVED,
            Status.INVOICED,
            Status.WRITTEN_OFF,
        )
        return next((one for one in order if self.rows.get(one)), "")

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label) if self.status else ""

    def add(self, day: datetime.date, status: str, *, minutes: int, count: int) -> None:
        self.minutes[day] = self.minutes.get(day, 0) + minutes
        self.by_status[status] = self.by_status.get(status, 0) + minutes
        self.rows[status] = self.rows.get(status, 0) + count
        if status == Status.SUBMITTED:
            self.submitted_on[day] = self.submitted_on.get(day, 0) + minutes


@dataclass(frozen=True)
class Cell:
    """The minutes of a person on a day, and how many of the expected ones are missing.

    `day_off` says why nothing is expected, without the kind of leave: others look at the screen.
    """

    day: datetime.date
    minutes: int
    missing: int = 0
    expected: int | None = None
    day_off: str | Promise = ""


@dataclass(kw_only=True)
class Person(Line):
    """A person of the matrix. `others` counts expenses and trips by status.

    `expected` is None where nobody's is known. `approvers` are the names of who approved hours.
    """

    member: Membership
    days: list[datetime.date]
    today: datetime.date
    expected: Expected | None
    others: dict[str, int]
    approvers: set[str] = field(default_factory=set)
    # Their own, which they may not decide on.
    is_own: bool

    @property
    def key(self) -> str:
        return f"p:{self.member.pk}"

    @property
    def status(self) -> str:
        """The status that matters most, also of expenses and trips."""
        found = super().status
        if found != Status.SUBMITTED and self.others.get(Status.SUBMITTED):
            return Status.SUBMITTED
        return found

    @property
    def cells(self) -> list[Cell]:
        return [self._cell(day) for day in self.days]

    @property
    def approver(self) -> str:
        """The name of who approved the hours; empty if it was nobody, or more than one."""
        return next(iter(self.approvers)) if len(self.approvers) == 1 else ""

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())

    @property
    def rejected_count(self) -> int:
        return self.rows.get(Status.REJECTED, 0)

    @property
    def is_decided(self) -> bool:
        """True if nothing waits, and a decision can still be taken back."""
        return not self.is_own and self.status in (Status.APPROVED, Status.REJECTED)

    @property
    def expected_minutes(self) -> int | None:
        if self.expected is None:
            return None
        return sum(self._due(day).minutes for day in self.days)

    @property
    def missing(self) -> int:
        return sum(self._missing(day) for day in self.days)

    @property
    def is_waiting(self) -> bool:
        """True if something of the week waits for the reader, or the week was not submitted."""
        waits = bool(self.rows.get(Status.SUBMITTED) or self.others.get(Status.SUBMITTED))
        return (waits and not self.is_own) or self.is_late

    @property
    def is_late(self) -> bool:
        """True if the week is over and has open hours, or fewer than expected."""
        is_over = self.days[-1] < self.today
        return is_over and not self.is_own and bool(self.rows.get(Status.OPEN) or self.missing)

    def _cell(self, day: datetime.date) -> Cell:
        minutes = self.minutes.get(day, 0)
        if self.expected is None:
            return Cell(day, minutes)
        due = self._due(day)
        is_off = due.reason and not due.minutes
        day_off = (_("holiday") if due.holiday else _("leave")) if is_off else ""
        return Cell(day, minutes, self._missing(day), due.minutes, day_off)

    def _due(self, day: datetime.date) -> ExpectedDay:
        return (self.expected or {}).get((self.member.pk, day), NOTHING)

    def _missing(self, day: datetime.date) -> int:
        return self._due(day).missing(day, self.minutes.get(day, 0), today=self.today)


@dataclass(kw_only=True)
class Work(Line):
    """A task on a project in the week of a person."""

    key: str
    project: Project
    task: Task
    days: list[datetime.date]

    @property
    def cells(self) -> list[Cell]:
        return [Cell(day, self.minutes.get(day, 0)) for day in self.days]


@dataclass(frozen=True)
class Matrix:
    """The people of a week, with all that the page shows."""

    monday: datetime.date
    people: list[Person]
    needing: int
    with_weekend: bool

    @property
    def days(self) -> list[datetime.date]:
        return week_days(self.monday, with_weekend=self.with_weekend)

    @property
    def totals(self) -> list[int]:
        return [sum(one.minutes.get(day, 0) for one in self.people) for day in self.days]

    @property
    def total(self) -> int:
        return sum(one.total for one in self.people)

    @property
    def billable(self) -> int:
        return sum(one.billable for one in self.people)

    @property
    def expected_shown(self) -> bool:
        """True if the page has a column for what is expected."""
        return self.expected is not None

    @property
    def expected(self) -> int | None:
        found = [one.expected_minutes for one in self.people]
        return sum(one or 0 for one in found) if any(one is not None for one in found) else None


def week_days(monday: datetime.date, *, with_weekend: bool) -> list[datetime.date]:
    return [monday + n * ONE_DAY for n in range(7 if with_weekend else 5)]


def hours_of_week(
    by: Membership, monday: datetime.date, *, projects: Iterable[int] = ()
) -> RegistrationQuerySet:
    """Return the hours of the week that the member sees, perhaps of some projects only."""
    return _of_week(TimeEntry, by, monday, projects=projects)


def matrix_of(
    by: Membership,
    monday: datetime.date,
    *,
    today: datetime.date,
    people: QuerySet[Membership],
    projects: Iterable[int] = (),
    with_expected: bool = False,
    only_needing: bool = False,
    states: Iterable[str] = (),
) -> Matrix:
    """Return the matrix of a week for these people; the queries do not grow with them.

    Active people without hours are in it too if every project is.
    """
    projects = list(projects)
    rows = hours_of_week(by, monday, projects=projects).order_by()
    groups = list(
        rows.values("membership", "date", "status", "is_billable", *_DECIDERS).annotate(
            total=Sum("minutes"), n=Count("pk")
        )
    )
    others = _others(by, monday, projects=projects)
    there = {one["membership"] for one in groups} | set(others)
    wanted = Q(pk__in=there) if projects or not by.is_manager_of_all else _active_or(there)
    own_is_fine = decides_own(by)
    members = list(people.filter(wanted).select_related("user"))
    expected = _expected_of(members, monday) if with_expected else None
    worked = [one["date"] for one in groups]
    due = [day for (_pk, day), one in (expected or {}).items() if one.minutes]
    with_weekend = any(day.weekday() > 4 for day in (*worked, *due))
    days = week_days(monday, with_weekend=with_weekend)
    found = {
        one.pk: Person(
            member=one,
            days=days,
            today=today,
            expected=expected,
            others=others.get(one.pk, {}),
            is_own=one.pk == by.pk and not own_is_fine,
        )
        for one in members
    }
    for one in groups:
        if person := found.get(one["membership"]):
            person.add(one["date"], one["status"], minutes=one["total"], count=one["n"])
            person.billable += one["total"] if one["is_billable"] else 0
            if one["status"] == Status.APPROVED and one["status_by__user__email"]:
                person.approvers.add(full_name(*(one[name] for name in _DECIDERS)))
    needing = sum(one.is_waiting for one in found.values())
    wanted_states = set(states)
    shown = [
        one
        for one in found.values()
        if (one.is_waiting or not only_needing)
        and (not wanted_states or wanted_states & {key for key, n in one.rows.items() if n})
    ]
    return Matrix(monday, shown, needing, with_weekend)


def _expected_of(members: list[Membership], monday: datetime.date) -> Expected | None:
    """Return what is expected in a week; None if nobody has a contract."""
    found = expected_days(members, monday, monday + 6 * ONE_DAY)
    return found if any(one.minutes for one in found.values()) else None


def works_of(
    by: Membership,
    person: Membership,
    monday: datetime.date,
    *,
    projects: Iterable[int] = (),
    with_weekend: bool = False,
) -> list[Work]:
    """Return the tasks on projects of a person in a week, by name; one query."""
    hours = hours_of_week(by, monday, projects=projects).filter(membership=person)
    found: dict[tuple[int, int], Work] = {}
    rows = list(hours.select_related("project__customer", "task").order_by("date", "pk"))
    weekend = any(one.date.weekday() > 4 for one in rows)
    days = week_days(monday, with_weekend=with_weekend or weekend)
    for one in rows:
        pair = (one.project_id, one.task_id)
        key = f"w:{person.pk}:{one.project_id}:{one.task_id}"
        work = found.setdefault(pair, Work(key=key, project=one.project, task=one.task, days=days))
        work.add(one.date, one.status, minutes=one.minutes, count=1)
    return sorted(found.values(), key=lambda one: (str(one.project).lower(), str(one.task).lower()))


def others_of(
    by: Membership, person: Membership, monday: datetime.date, *, projects: Iterable[int] = ()
) -> list[Any]:
    """Return the expenses and trips of a person in a week; two queries."""
    related = {Expense: ("category",), Trip: ("vehicle",)}
    found: list[Any] = []
    for model, names in related.items():
        rows = _of_week(model, by, monday, projects=projects).filter(membership=person)
        found += rows.select_related("project__customer", *names).order_by("date", "pk")
    return found


def submitted_by_day(works: Iterable[Work]) -> dict[datetime.date, int]:
    """Return the submitted minutes of a day over all works."""
    found: dict[datetime.date, int] = {}
    for work in works:
        for day, minutes in work.submitted_on.items():
            found[day] = found.get(day, 0) + minutes
    return found


def selection_of(
    scopes: Iterable[str],
    by: Membership,
    monday: datetime.date,
    *,
    projects: Iterable[int] = (),
    statuses: Iterable[str],
    seen_at: datetime.datetime,
) -> Selection:
    """Return the registrations of the week that some scopes mean, with one of the statuses.

    What got its status after `seen_at` was not on the page, and is left out.

    A scope is `p:person`, `d:person:day`, `w:person:project:task` or `r:kind:id`; others mean
    nothing.
    """
    scopes, projects, wanted = list(scopes), list(projects), list(statuses)
    ids: dict[str, Any] = {}
    for kind, model in KINDS.items():
        if (condition := _any_of(scopes, kind)) is None:
            continue
        rows = _of_week(model, by, monday, projects=projects).filter(condition, status__in=wanted)
        rows = rows.exclude(status_at__gt=seen_at)
        ids[FIELDS[kind]] = tuple(rows.order_by("pk").values_list("pk", flat=True))
    return Selection(**ids)


def decided_since(
    scopes: Iterable[str], by: Membership, monday: datetime.date, *, seen_at: datetime.datetime
) -> list[Registration]:
    """Return what somebody else decided since the page was shown: a few of each kind."""
    scopes = list(scopes)
    found: list[Registration] = []
    for kind, model in KINDS.items():
        if (condition := _any_of(scopes, kind)) is None:
            continue
        rows = _of_week(model, by, monday, projects=()).filter(
            condition, status__in=(Status.APPROVED, Status.REJECTED), status_at__gt=seen_at
        )
        related = ("status_by__user", "membership__user", "project")
        found += rows.exclude(status_by=by).select_related(*related).order_by("pk")[:NAMED]
    return found


def minutes_of(selection: Selection) -> int:
    """Return the minutes of the hours that a selection names."""
    rows = TimeEntry.objects.filter(pk__in=selection.time_entries).order_by()
    return rows.aggregate(total=Sum("minutes"))["total"] or 0


def _any_of(scopes: list[str], kind: str) -> Q | None:
    conditions = [one for scope in scopes if (one := _condition(scope, kind)) is not None]
    if not conditions:
        return None
    condition = conditions[0]
    for one in conditions[1:]:
        condition |= one
    return condition


def _condition(scope: str, kind: str) -> Q | None:
    name, *parts = scope.split(":")
    try:
        match name, parts:
            case "p", [person]:
                return Q(membership=chosen_id(person))
            case "d", [person, day]:
                return Q(membership=chosen_id(person), date=datetime.date.fromisoformat(day))
            case "w", [person, project, task] if kind == "hours":
                ids = [chosen_id(one) for one in (person, project, task)]
                return Q(membership=ids[0], project=ids[1], task=ids[2])
            case "r", [found, pk] if kind == found:
                return Q(pk=chosen_id(pk))
    except ValueError:
        return None
    return None


def _of_week(
    model: Any, by: Membership, monday: datetime.date, *, projects: Iterable[int]
) -> RegistrationQuerySet:
    week = (monday, monday + 6 * ONE_DAY)
    rows: RegistrationQuerySet = model.objects.visible_to(by).filter(date__range=week)
    chosen = list(projects)
    return rows.filter(project__in=chosen) if chosen else rows


def _others(
    by: Membership, monday: datetime.date, *, projects: Iterable[int]
) -> dict[int, dict[str, int]]:
    """Count expenses and trips by person and status; one query for each kind."""
    found: dict[int, dict[str, int]] = {}
    for model in (Expense, Trip):
        rows = _of_week(model, by, monday, projects=projects).order_by()
        for one in rows.values("membership", "status").annotate(n=Count("pk")):
            counts = found.setdefault(one["membership"], {})
            counts[one["status"]] = counts.get(one["status"], 0) + one["n"]
    return found


def _active_or(there: set[int]) -> Q:
    return Q(is_active=True) | Q(pk__in=there)
