"""The Home of a person: week against expected, today, what was rejected, missing, start again."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from django.urls import reverse

from accounts.models import Membership
from lib.days import ONE_DAY
from lib.spans import ONE_MINUTE

from ..expected import days_between, expected_days, registered_minutes
from ..models import (
    Expense,
    Leave,
    LeaveKind,
    LeaveStatus,
    Status,
    TimeEntry,
    Timer,
    Trip,
)
from ..naming import EDIT_NAMES
from ..periods import monday_of
from .timing import timer_of
from .week import Day, Week

# Missing hours are looked for in so many weeks before this one.
WEEKS_BACK = 4
# At most so many are shown of what was rejected, of missing days, and of work to start again.
MOST_REJECTED, MOST_MISSING, MOST_AGAIN = 5, 5, 6
# The number of latest entries among which the work to start again is looked for.
LATEST = 40


@dataclass(frozen=True)
class Rejected:
    """Something that was rejected, why and by whom, and where it is corrected."""

    date: datetime.date
    what: str
    minutes: int
    note: str
    by: str
    at: datetime.datetime | None
    url: str


@dataclass(frozen=True)
class Home:
    """What somebody sees at login. Minutes; `timer` is None if none runs."""

    week: Week
    today: Day
    entries: list[TimeEntry]
    rejected: list[Rejected]
    missing: list[Day]
    again: list[TimeEntry]
    timer: Timer | None
    running: int
    editable_ids: set[int]

    @property
    def shown_rejected(self) -> list[Rejected]:
        """The latest ones."""
        return self.rejected[:MOST_REJECTED]

    @property
    def more_rejected(self) -> int:
        return len(self.rejected) - len(self.shown_rejected)

    @property
    def shown_missing(self) -> list[Day]:
        """The latest missing days, the earliest of them first."""
        return self.missing[-MOST_MISSING:]

    @property
    def more_missing(self) -> int:
        return len(self.missing) - len(self.shown_missing)

    @property
    def missing_minutes(self) -> int:
        return sum(day.missing for day in self.missing)

    @property
    def to_go(self) -> int:
        return max(0, self.today.expected - self.today.minutes - self.running)

    @property
    def is_up_to_date(self) -> bool:
        return not self.rejected and not self.missing


def home_of(membership: Membership, *, today: datetime.date, now: datetime.datetime) -> Home:
    """Return the Home of a person; seven queries, and one more for a timer that runs."""
    days = _days(membership, today)
    week = Week(tuple(days[-7:]))
    closed = membership.organisation.closed_until
    entries, timer = _entries(membership, today), _timer(membership)
    return Home(
        week=week,
        today=week.day_of(today),
        entries=entries,
        rejected=_rejected(membership),
        missing=[day for day in days if day.missing and not (closed and day.date <= closed)],
        again=_again(membership),
        timer=timer,
        running=(now - timer.started_at) // ONE_MINUTE if timer else 0,
        editable_ids=_editable_ids(entries, membership),
    )


def _editable_ids(entries: Sequence[TimeEntry], membership: Membership) -> set[int]:
    ids = [entry.pk for entry in entries]
    rows = TimeEntry.objects.editable_by(membership).filter(pk__in=ids)
    return set(rows.order_by().values_list("pk", flat=True)) if ids else set()


def _days(membership: Membership, today: datetime.date) -> list[Day]:
    """Return the days of this week and of the weeks before it."""
    monday = monday_of(today)
    first, last = monday - WEEKS_BACK * 7 * ONE_DAY, monday + 6 * ONE_DAY
    expected = expected_days([membership], first, last)
    registered = registered_minutes([membership], first, last)
    found = []
    for day in days_between(first, last):
        minutes, due = registered.get((membership.pk, day), 0), expected[membership.pk, day]
        found.append(Day(day, minutes, due, due.missing(day, minutes, today=today)))
    return found


def _own(membership: Membership) -> QuerySet[TimeEntry]:
    rows: QuerySet[TimeEntry] = TimeEntry.objects.filter(
        organisation=membership.organisation_id, membership=membership
    )
    return rows.select_related("project__customer", "task")


def _entries(membership: Membership, today: datetime.date) -> list[TimeEntry]:
    rows = _own(membership).filter(date=today)
    return list(rows.order_by(F("started_at").desc(nulls_last=True), "-pk"))


def _again(membership: Membership) -> list[TimeEntry]:
    """Return the latest entry of each work that was done last."""
    rows = _own(membership).filter(
        project__is_archived=False, project__customer__archived_at=None, task__is_active=True
    )
    found: dict[tuple[int, int], TimeEntry] = {}
    for entry in rows.order_by("-date", "-pk")[:LATEST]:
        found.setdefault((entry.project_id, entry.task_id), entry)
    return list(found.values())[:MOST_AGAIN]


def _timer(membership: Membership) -> Timer | None:
    """Return the timer that runs; one that stands still has its warning in the bar."""
    found = timer_of(membership)
    if found is None or found.stopped_at is not None:
        return None
    rows = Timer.objects.select_related("project__customer", "task")
    return rows.filter(membership=membership, stopped_at=None).first()


def _rejected(membership: Membership) -> list[Rejected]:
    """Return what was rejected of hours, expenses, trips and leave, the latest first; one query.

    At most a hundred: nobody mends more before looking again.
    """
    parts = [
        _rejected_rows(TimeEntry, membership, what=F("task__name"), minutes=F("minutes")),
        _rejected_rows(Expense, membership, what=F("category__name"), minutes=_none()),
        _rejected_rows(Trip, membership, what=F("destination"), minutes=_none()),
        _rejected_rows(Leave, membership, what=F("kind"), minutes=F("minutes")),
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by("-day", "-row")[:100]
    return [_shown(*row) for row in rows]


def _none() -> Value:
    return Value(0, output_field=IntegerField())


def _text(text: str) -> Value:
    return Value(text, output_field=CharField())


def _rejected_rows(
    model: type[Any], membership: Membership, *, what: F, minutes: F | Value
) -> QuerySet[Any]:
    """Return the rejected rows of one kind, with the columns that all kinds have."""
    project = _text("") if model is Leave else F("project__name")
    rows = model.objects.filter(
        organisation=membership.organisation_id,
        membership=membership,
        status=LeaveStatus.REJECTED if model is Leave else Status.REJECTED,
    )
    named = rows.order_by().annotate(
        row=F("pk"),
        model=_text(model.__name__),
        day=F("date"),
        name=project,
        part=what,
        length=minutes,
        why=F("status_note"),
        first=F("status_by__user__first_name"),
        last=F("status_by__user__last_name"),
        moment=F("status_at"),
    )
    return named.values_list(
        "model", "row", "day", "name", "part", "length", "why", "first", "last", "moment"
    )


def _shown(
    model: str, pk: int, day: datetime.date, project: str | None, part: str, minutes: int, *why: Any
) -> Rejected:
    note, first, last, moment = why
    if model == Leave.__name__:
        what, url = str(LeaveKind(part).label), reverse("registrations:leave")
        url = f"{url}?year={day.year}"
    else:
        names = {one.__name__: name for one, name in EDIT_NAMES.items()}
        what = f"{project} · {part}" if project else part
        url = reverse(f"registrations:{names[model]}", args=[pk])
    by = f"{first or ''} {last or ''}".strip()
    return Rejected(day, what, minutes, note, by, moment, url)
