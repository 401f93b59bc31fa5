"""The work to bill: registrations and scheduled amounts, as querysets and as objects."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.models import Membership
from projects.models import ExpenseCategory, Project, ScheduledAmount, ScheduledAmountQuerySet, Task
from projects.models.project import HOURLY
from registrations.models import (
    BILLABLE_STATUSES,
    Expense,
    RegistrationQuerySet,
    TimeEntry,
    Trip,
)
from vat.models import VatRate

from ..models import InvoiceLine

# What the lines of an invoice need of the rows that a registration refers to.
RELATED: Mapping[str, QuerySet[Any]] = {
    "project": Project.objects.select_related("customer"),
    "membership": Membership.objects.select_related("user"),
    "invoice_line": InvoiceLine.objects.only("invoice").select_related("invoice"),
    "task": Task.objects.all(),
    "category": ExpenseCategory.objects.all(),
    "vat_rate": VatRate.objects.all(),
}
# Hours that can be billed, as far as the row and its project decide: see `billable.why_not_hours`.
PLAIN = Q(
    invoice_line=None,
    status__in=BILLABLE_STATUSES,
    is_billable=True,
    hourly_rate__isnull=False,
    project__method__in=HOURLY,
)
# Columns of a registration that no invoice shows.
NOT_BILLED = ("status_note", "status_by", "created_at")


class PlainHours(NamedTuple):
    """Hours that can be billed, as values: there may be a hundred thousand of them.

    Project, task and employee are looked up in `SelectedWork`.
    """

    id: int
    project_id: int
    task_id: int
    membership_id: int
    date: datetime.date
    description: str
    minutes: int
    rounded_by: int
    hourly_rate: Decimal


@dataclass(frozen=True)
class SelectedWork:
    """Registrations and scheduled amounts that were read, each with its project and customer.

    `hours` can be billed as far as the row itself decides; `time_entries` are other hours.
    """

    time_entries: tuple[TimeEntry, ...] = ()
    expenses: tuple[Expense, ...] = ()
    trips: tuple[Trip, ...] = ()
    scheduled_amounts: tuple[ScheduledAmount, ...] = ()
    hours: tuple[PlainHours, ...] = ()
    projects: Mapping[int, Project] = field(default_factory=dict)
    tasks: Mapping[int, Task] = field(default_factory=dict)
    employees: Mapping[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        rows = (self.time_entries, self.expenses, self.trips, self.scheduled_amounts, self.hours)
        return sum(map(len, rows))


@dataclass(frozen=True)
class WorkQuery:
    """The registrations and scheduled amounts that a user wants to bill, as querysets."""

    time_entries: RegistrationQuerySet = field(default_factory=TimeEntry.objects.none)
    expenses: RegistrationQuerySet = field(default_factory=Expense.objects.none)
    trips: RegistrationQuerySet = field(default_factory=Trip.objects.none)
    scheduled_amounts: ScheduledAmountQuerySet = field(default_factory=ScheduledAmount.objects.none)

    def hold(self) -> "WorkQuery":
        """Lock the work until the end of the transaction; return exactly what is locked.

        The order is by kind and then by id. Two transactions that bill the same work wait for each
        other and never deadlock.
        """
        return WorkQuery(
            time_entries=self.time_entries.filter(pk__in=self.time_entries.hold()),
            expenses=self.expenses.filter(pk__in=self.expenses.hold()),
            trips=self.trips.filter(pk__in=self.trips.hold()),
            scheduled_amounts=self.scheduled_amounts.filter(pk__in=self.scheduled_amounts.hold()),
        )

    def load(self) -> SelectedWork:
        """Read the work, with everything that its invoice lines need.

        Related rows are read once each: there are few customers, projects and tasks among many
        registrations.
        """
        return SelectedWork(
            time_entries=_loaded(self.time_entries.exclude(PLAIN)),
            **_plain_hours(self.time_entries.filter(PLAIN)),
            expenses=_loaded(self.expenses),
            trips=_loaded(self.trips),
            scheduled_amounts=tuple(
                self.scheduled_amounts.select_related(
                    "project__customer", "task", "invoice_line__invoice"
                )
            ),
        )


def _plain_hours(rows: RegistrationQuerySet) -> dict[str, Any]:
    """Read hours that can be billed, and each project, task and employee once."""
    values = rows.select_related(None).values_list(*PlainHours._fields)
    hours = tuple(map(PlainHours._make, values))
    members = RELATED["membership"].in_bulk({row.membership_id for row in hours})
    return {
        "hours": hours,
        "projects": RELATED["project"].in_bulk({row.project_id for row in hours}),
        "tasks": RELATED["task"].in_bulk({row.task_id for row in hours}),
        "employees": {pk: str(member) for pk, member in members.items()},
    }


def _loaded(rows: RegistrationQuerySet) -> tuple[Any, ...]:
    """Read rows without joins, and then each related row once."""
    # Relations that the caller selected for a page are not read here.
    loaded = tuple(rows.select_related(None).defer(*NOT_BILLED))
    for relation in rows.model._meta.get_fields():
        # `in`, because whether a queryset is true depends on its rows, and reads all of them.
        if relation.name in RELATED:
            _attach(loaded, relation, RELATED[relation.name])
    return loaded


def _attach(rows: tuple[Any, ...], relation: Any, related: QuerySet[Any]) -> None:
    ids = {getattr(row, relation.attname) for row in rows} - {None}
    found = related.in_bulk(ids)
    for row in rows:
        relation.set_cached_value(row, found.get(getattr(row, relation.attname)))
