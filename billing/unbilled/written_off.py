"""Work that was written off, by user and reason; never part of a total of Unbilled."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Membership, Organisation
from lib.money import ZERO, net_amount
from projects.models import Project, ScheduledAmount
from registrations.models import KINDS, RegistrationQuerySet, Status
from registrations.worth import worth_by

from .releasing import scheduled_amounts_written_off
from .rows import UnbilledFilter, registrations_within, scheduled_amounts_within


@dataclass(frozen=True)
class WrittenOff:
    """Rows of a project that one user wrote off for one reason, as far as that is known.

    `kind` is hours, expenses, trips or scheduled_amounts. The amount is in euros
    excl. VAT.
    """

    project: Project
    kind: str
    count: int
    minutes: int
    amount: Decimal
    first: datetime.date
    last: datetime.date
    note: str = ""
    by: Membership | None = None


def projects_written_off(
    organisation: Organisation, projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> QuerySet[Project]:
    """Filter the projects of which something was written off, by customer and name."""
    rows = projects.filter(has_written_off(organisation, unbilled_filter))
    return rows.order_by(Lower("customer__name"), Lower("name"), "pk")


def has_written_off(organisation: Organisation, unbilled_filter: UnbilledFilter) -> Q:
    """Return the condition on projects of the organisation of which something was written off."""
    # Rows are read once for all projects, not once for each.
    agreed = _scheduled_amounts(unbilled_filter).filter(project__organisation=organisation)
    condition = Q(pk__in=agreed.order_by().values("project"))
    for kind in KINDS:
        rows = _rows(kind, unbilled_filter).filter(organisation=organisation)
        condition |= Q(pk__in=rows.order_by().values("project"))
    return condition


def written_off_of(
    projects: Sequence[Project], unbilled_filter: UnbilledFilter
) -> list[WrittenOff]:
    """Return what was written off of these projects, in their order; eight queries."""
    by_id = {project.pk: project for project in projects}
    groups = [group for kind in KINDS for group in _groups(kind, by_id, unbilled_filter)]
    found = [*groups, *_term_groups(by_id, unbilled_filter)]
    order = {pk: place for place, pk in enumerate(by_id)}
    return sorted(found, key=lambda row: (order[row.project.pk], row.kind, row.first))


def _rows(kind: str, unbilled_filter: UnbilledFilter) -> RegistrationQuerySet:
    return registrations_within(
        KINDS[kind].objects.filter(status=Status.WRITTEN_OFF), unbilled_filter
    )


def _scheduled_amounts(unbilled_filter: UnbilledFilter) -> QuerySet[ScheduledAmount]:
    return scheduled_amounts_within(
        ScheduledAmount.objects.filter(is_written_off=True), unbilled_filter
    )


def _groups(
    kind: str, projects: dict[int, Project], unbilled_filter: UnbilledFilter
) -> Iterator[WrittenOff]:
    rows = _rows(kind, unbilled_filter).filter(project__in=list(projects))
    groups = worth_by(rows, "project", "status_note", "status_by")
    people = _people({by for _project, _note, by in groups})
    for (project, note, by), group in groups.items():
        yield WrittenOff(
            project=projects[project],
            kind=kind,
            count=group.count,
            minutes=group.rounded_minutes,
            amount=group.amount,
            first=group.first,
            last=group.last,
            note=note,
            by=people.get(by),
        )


def _people(ids: set[int | None]) -> dict[int | None, Membership]:
    known = [pk for pk in ids if pk is not None]
    return {**Membership.objects.select_related("user").in_bulk(known)} if known else {}


def _term_groups(
    projects: dict[int, Project], unbilled_filter: UnbilledFilter
) -> Iterator[WrittenOff]:
    """Return each scheduled amount separately, with user and reason of the credit, if any."""
    scheduled_amounts = list(_scheduled_amounts(unbilled_filter).filter(project__in=list(projects)))
    written_off = (
        scheduled_amounts_written_off([scheduled.pk for scheduled in scheduled_amounts])
        if scheduled_amounts
        else {}
    )
    for scheduled in scheduled_amounts:
        known = written_off.get(scheduled.pk)
        yield WrittenOff(
            project=projects[scheduled.project_id],
            kind="scheduled_amounts",
            count=1,
            minutes=0,
            amount=net_amount(scheduled.quantity, scheduled.price) + ZERO,
            first=scheduled.due_on,
            last=scheduled.due_on,
            note=f"{scheduled.description} · {known.why}" if known else scheduled.description,
            by=known.by if known else None,
        )
