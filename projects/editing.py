"""Change projects: store the agreement and plan its scheduled amounts in one transaction."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Membership
from audit.changes import Changes, contents, differences
from audit.kinds import Action, Kind
from audit.recording import record, record_changes

from .figures import has_registrations
from .models import (
    Instalment,
    Project,
    ProjectMember,
    ProjectTask,
    ScheduledAmountKind,
    Subscription,
    Task,
)
from .scheduled_amounts import Outcome, plan_scheduled_amounts, stop_scheduled_amounts


@dataclass(frozen=True)
class TaskRow:
    """A task of the project."""

    task: Task
    hourly_rate: Decimal | None
    fixed_price: Decimal | None
    is_billable: bool


@dataclass(frozen=True)
class MemberRow:
    """An employee on the project."""

    membership: Membership
    hourly_rate: Decimal | None
    is_manager: bool


@dataclass(frozen=True)
class InstalmentRow:
    """An instalment of the price; a new one has no `pk`."""

    pk: int | None
    description: str
    date: datetime.date
    amount: Decimal


@dataclass(frozen=True)
class Agreement:
    """The new contents of a project: its own fields, and the rows that belong to it."""

    fields: Mapping[str, object]
    tasks: Iterable[TaskRow]
    members: Iterable[MemberRow]
    instalments: Iterable[InstalmentRow] = ()
    removed_instalments: Iterable[int] = ()
    subscription: Mapping[str, object] | None = None
    # What changes in these rows, in words, as the person saw them before.
    row_changes: Changes = field(default_factory=dict)


@transaction.atomic
def save_project(
    project: Project, *, agreement: Agreement, by: Membership, today: datetime.date
) -> Outcome:
    """Store a new or changed project and plan its amounts; return what changed in those.

    Who manages only their own projects stays a manager of this one.
    """
    is_new = project.pk is None
    changes = {} if is_new else differences(project, agreement.fields)
    for name, value in agreement.fields.items():
        setattr(project, name, value)
    if is_new:
        project.save(force_insert=True)
        changes = contents(project, agreement.fields)
    else:
        project.save(update_fields=list(agreement.fields))
    _set_tasks(project, list(agreement.tasks))
    _set_members(project, list(agreement.members))
    if not by.is_manager_of_all:
        project.managers.add(by)
    open_instalments(project).filter(pk__in=agreement.removed_instalments).delete()
    _set_instalments(project, agreement.instalments)
    if agreement.subscription is not None:
        Subscription.objects.update_or_create(project=project, defaults=agreement.subscription)
    action = Action.ADDED if is_new else Action.CHANGED
    changes |= agreement.row_changes
    record_changes(Kind.PROJECT, project, changes, action=action, by=by)
    # Read the project again: the loaded object has values from before the changes.
    return plan_scheduled_amounts(Project.objects.get(pk=project.pk), today=today)


@transaction.atomic
def archive_project(project: Project, *, today: datetime.date) -> None:
    """Archive a project: no new registrations or periods. Amounts already due stay billable."""
    if Project.objects.filter(pk=project.pk, is_archived=False).update(is_archived=True):
        record(Kind.PROJECT, Action.ARCHIVED, project)
    stop_scheduled_amounts(project, today=today)


@transaction.atomic
def restore_project(project: Project, *, today: datetime.date) -> Outcome:
    """Make a project active again and plan its amounts, including those of the archived time."""
    if Project.objects.filter(pk=project.pk, is_archived=True).update(is_archived=False):
        record(Kind.PROJECT, Action.RESTORED, project)
    return plan_scheduled_amounts(project, today=today)


def keeps_customer(project: Project) -> bool:
    """Return True if the project has work or invoices, so that its customer cannot change."""
    return has_registrations(project) or project.scheduled_amounts.settled().exists()


def _set_tasks(project: Project, rows: list[TaskRow]) -> None:
    project.project_tasks.exclude(task__in=[row.task for row in rows]).delete()
    ProjectTask.objects.bulk_create(
        [
            ProjectTask(
                project=project,
                task=row.task,
                hourly_rate=row.hourly_rate,
                fixed_price=row.fixed_price,
                is_billable=row.is_billable,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["project", "task"],
        update_fields=["hourly_rate", "fixed_price", "is_billable"],
    )


def _set_members(project: Project, rows: list[MemberRow]) -> None:
    project.managers.set([row.membership for row in rows if row.is_manager])
    project.project_members.exclude(membership__in=[row.membership for row in rows]).delete()
    ProjectMember.objects.bulk_create(
        [
            ProjectMember(project=project, membership=row.membership, hourly_rate=row.hourly_rate)
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["project", "membership"],
        update_fields=["hourly_rate"],
    )


def _set_instalments(project: Project, rows: Iterable[InstalmentRow]) -> None:
    """Add and change instalments, except those that were billed or written off."""
    for row in rows:
        values = {"description": row.description, "date": row.date, "amount": row.amount}
        if row.pk:
            open_instalments(project).filter(pk=row.pk).update(**values)
        else:
            Instalment.objects.create(project=project, **values)


def open_instalments(project: Project) -> QuerySet[Instalment]:
    """Return the instalments that are neither billed nor written off."""
    return project.instalments.exclude(pk__in=settled_instalment_ids(project))


def settled_instalment_ids(project: Project) -> list[int]:
    """Return the ids of the instalments that were billed or written off."""
    keys = project.scheduled_amounts.settled().filter(kind=ScheduledAmountKind.INSTALMENT)
    return [int(key) for key in keys.values_list("key", flat=True)]
