"""What has a rate from a date on, under its name, with the periods of its rates."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation
from lib.choices import chosen_id
from lib.days import ONE_DAY
from projects.dated_rates import subject_of
from projects.models import (
    SUBJECTS,
    DatedRate,
    Method,
    Project,
    RateKind,
    Subject,
    TripSettings,
)


@dataclass(frozen=True)
class Period:
    """A rate with its first and last day; None is open. `dated` is the row that can change."""

    rate: Decimal | None
    first: datetime.date | None
    last: datetime.date | None
    dated: DatedRate | None = None


@dataclass(frozen=True)
class Rated:
    """An object with rates: its name, and its rate before all dates."""

    row: Any
    label: str
    beginning: Decimal | None

    @property
    def subject(self) -> Subject:
        return subject_of(self.row)

    @property
    def key(self) -> str:
        """Return its name in an address: task-5."""
        return f"{self.subject.name}-{self.subject.pk}"

    @property
    def is_of_trips(self) -> bool:
        return isinstance(self.row, TripSettings)


def rated_by_key(organisation: Organisation, key: str) -> Rated:
    """Return the object of the organisation that an address names. Raises Http404."""
    name, _dash, pk = key.rpartition("-")
    if name not in SUBJECTS:
        raise Http404
    found = rated_of(organisation, Subject(name, chosen_id(pk)))
    if found is None:
        raise Http404
    return found


def rated_of(
    organisation: Organisation, subject: Subject, kind: str = RateKind.SALES
) -> Rated | None:
    """Return an object of the organisation that has rates; None if it is not there."""
    rows = SUBJECTS[subject.name]._default_manager.all()
    if subject.name in ("project_task", "project_member"):
        rows = rows.filter(project__organisation=organisation)
        rows = rows.select_related("project", *_named_by(subject.name))
    else:
        rows = rows.filter(organisation=organisation)
    row = rows.filter(pk=subject.pk).first()
    return rated(row, kind) if row else None


def rated(row: Any, kind: str = RateKind.SALES) -> Rated:
    """Return an object with its name and its rate from the beginning."""
    if kind == RateKind.COST:
        return Rated(row, str(row), None)
    if isinstance(row, TripSettings):
        return Rated(row, _("Kilometre"), Decimal(row.rate))
    return Rated(row, str(row), row.hourly_rate)


def may_price(subject: Subject, *, by: Membership) -> bool:
    """Return whether the member sets the rates of a subject.

    Those of employees are for administrators, those of tasks, customers and kilometres for managers
    of all projects; who manages some projects sets the rates on these.
    """
    if by.is_administrator:
        return True
    if not (by.is_manager and by.sees_amounts) or subject.name == "membership":
        return False
    if by.is_manager_of_all:
        return True
    managed = Project.objects.filter(organisation=by.organisation_id).managed_by(by)
    rows = SUBJECTS[subject.name]._default_manager.filter(pk=subject.pk)
    match subject.name:
        case "project":
            return rows.filter(pk__in=managed).exists()
        case "project_task" | "project_member":
            return rows.filter(project__in=managed).exists()
    return False


def rated_on_project(project: Project) -> list[Rated]:
    """Return what the hours of a project are priced by; nothing if they are not billed."""
    rows: Iterable[Any] = []
    match project.billing_method:
        case Method.TASK_RATE:
            rows = project.project_tasks.select_related("task")
        case Method.EMPLOYEE_RATE:
            rows = project.project_members.select_related("membership__user")
        case Method.PROJECT_RATE:
            rows = [project]
        case Method.CUSTOMER_RATE:
            rows = [project.customer]
    return [rated(row) for row in rows]


def general_of(one: Rated) -> Rated | None:
    """Return whose rate holds while an object on a project has none of its own."""
    match one.subject.name:
        case "project_task":
            return rated(one.row.task)
        case "project_member":
            return rated(one.row.membership)
    return None


def periods_of(
    some: Sequence[Rated], kind: str = RateKind.SALES
) -> list[tuple[Rated, list[Period]]]:
    """Return the periods of the rates of each, earliest first; one query for each sort of object.

    All of them are of the same sort on every page.
    """
    by_subject: dict[Subject, list[DatedRate]] = {}
    for name in {one.subject.name for one in some}:
        ids = [one.subject.pk for one in some if one.subject.name == name]
        found: QuerySet[DatedRate] = DatedRate.objects.filter(kind=kind, **{f"{name}__in": ids})
        for dated in found.select_related("set_by__user").order_by("from_on"):
            by_subject.setdefault(dated.subject, []).append(dated)
    return [(one, list(_periods(one, by_subject.get(one.subject, []), kind))) for one in some]


def _periods(one: Rated, dated: list[DatedRate], kind: str) -> Iterator[Period]:
    ends = [row.from_on - ONE_DAY for row in dated]
    if kind == RateKind.SALES or not dated:
        yield Period(one.beginning, None, ends[0] if ends else None)
    for row, last in zip_longest(dated, ends[1:]):
        yield Period(row.rate, row.from_on, last, row)


def _named_by(name: str) -> list[str]:
    return ["task"] if name == "project_task" else ["membership__user"]
