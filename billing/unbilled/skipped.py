"""Work that Unbilled leaves out, by project and reason.

The reasons are: no rate, not approved, rejected, not billable. Hours on a fixed price or
subscription are not left out: the agreed amount bills them. Projects that are not billed at all are
excluded.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from projects.models import Method, Project
from projects.models.project import HOURLY
from registrations.models import (
    KINDS,
    UNSETTLED_STATUSES,
    RegistrationQuerySet,
    Status,
)
from registrations.worth import worth_by

from .rows import UnbilledFilter, registrations_within


class Why(TextChoices):
    """The reason why a row is left out; the first one that applies."""

    NOT_BILLABLE = "not_billable", _("Not billable")
    REJECTED = "rejected", _("Rejected")
    NO_RATE = "no_rate", _("No hourly rate")
    NOT_APPROVED = "not_approved", _("Not approved")


@dataclass(frozen=True)
class SkippedRegistrations:
    """Rows of one project and one kind that are left out for one reason; euros excl. VAT."""

    project: Project
    kind: str
    why: Why
    count: int
    minutes: int
    amount: Decimal
    first: datetime.date
    last: datetime.date


def projects_with_skipped(
    organisation: Organisation, projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> QuerySet[Project]:
    """Filter the projects of which something is left out, by customer and name."""
    rows = projects.filter(has_skipped(organisation, unbilled_filter))
    return rows.order_by(Lower("customer__name"), Lower("name"), "pk")


def has_skipped(organisation: Organisation, unbilled_filter: UnbilledFilter) -> Q:
    """Return the condition on projects of the organisation of which something is left out."""
    condition, mine = Q(), Q(organisation=organisation)
    for kind in KINDS:
        # Rows are read once for all projects, not once for each.
        condition |= Q(pk__in=_skipped(kind, mine, unbilled_filter).order_by().values("project"))
    return condition


def skipped_of(
    projects: Sequence[Project], unbilled_filter: UnbilledFilter
) -> list[SkippedRegistrations]:
    """Return the rows that are left out of these projects, in their order; three queries."""
    by_id = {project.pk: project for project in projects}
    found = [row for kind in KINDS for row in _groups(kind, by_id, unbilled_filter)]
    order = {pk: place for place, pk in enumerate(by_id)}
    return sorted(found, key=lambda row: (order[row.project.pk], Why.values.index(row.why)))


def _groups(
    kind: str, projects: dict[int, Project], unbilled_filter: UnbilledFilter
) -> Iterator[SkippedRegistrations]:
    rows = _skipped(kind, Q(project__in=list(projects)), unbilled_filter)
    for (project, why), group in worth_by(rows, "project", "why").items():
        yield SkippedRegistrations(
            project=projects[project],
            kind=kind,
            why=Why(why),
            count=group.count,
            minutes=group.rounded_minutes,
            amount=group.amount,
            first=group.first,
            last=group.last,
        )


def _skipped(kind: str, projects: Q, unbilled_filter: UnbilledFilter) -> RegistrationQuerySet:
    """Filter the rows of these projects that are not billed, annotated with the reason `why`."""
    rows: Any = KINDS[kind].objects.filter(
        projects, invoice_line=None, status__in=UNSETTLED_STATUSES
    )
    if kind == "hours":
        rows = rows.filter(project__method__in=HOURLY)
    else:
        rows = rows.exclude(project__method=Method.NONE)
    reasons = list(_reasons(kind, unbilled_filter))
    why = Case(*(When(condition, then=Value(why.value)) for why, condition in reasons))
    is_left_out = reduce(or_, (condition for _why, condition in reasons))
    return registrations_within(rows, unbilled_filter).filter(is_left_out).annotate(why=why)


def _reasons(kind: str, unbilled_filter: UnbilledFilter) -> Iterator[tuple[Why, Q]]:
    yield Why.NOT_BILLABLE, Q(is_billable=False)
    yield Why.REJECTED, Q(status=Status.REJECTED)
    if kind == "hours":
        yield Why.NO_RATE, Q(hourly_rate=None)
    if unbilled_filter.approved_only:
        yield Why.NOT_APPROVED, ~Q(status=Status.APPROVED)
