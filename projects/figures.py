"""The work on projects, and the part of it that is unbilled.

The models of registrations are in an app above this one: they are reached by relation names only.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from accounts.models import Organisation
from lib.money import ZERO, net_amount

from .models import Project, ProjectQuerySet, ScheduledAmount

REGISTRATIONS = ("time_entries", "expenses", "trips")
UPCOMING_AMOUNTS = 3


@dataclass(frozen=True)
class Figures:
    """Minutes worked, and euros excl. VAT that may be billed now.

    `unbilled_minutes` are rounded, as they are billed. `rateless_minutes` have no hourly rate yet,
    so they are not part of them.
    """

    minutes: int
    unbilled_minutes: int
    rateless_minutes: int
    unbilled_hours: Decimal
    unbilled_expenses: Decimal
    unbilled_trips: Decimal
    unbilled_scheduled: Decimal

    @property
    def unbilled_costs(self) -> Decimal:
        """Unbilled expenses and trips, in euros excl. VAT."""
        return self.unbilled_expenses + self.unbilled_trips

    @property
    def unbilled(self) -> Decimal:
        return (
            self.unbilled_hours
            + self.unbilled_expenses
            + self.unbilled_trips
            + self.unbilled_scheduled
        )


def figures(project: Project, *, today: datetime.date) -> Figures:
    """Return the work on a project and its unbilled part, with the scheduled amounts due."""
    hours = project.time_entries.aggregate(minutes=Sum("minutes"))
    unbilled = project.time_entries.unbilled().aggregate(
        rated=Sum(F("minutes") + F("rounded_by"), filter=Q(hourly_rate__isnull=False)),
        rateless=Sum("minutes", filter=Q(hourly_rate__isnull=True)),
    )
    return Figures(
        minutes=hours["minutes"] or 0,
        unbilled_minutes=unbilled["rated"] or 0,
        rateless_minutes=unbilled["rateless"] or 0,
        unbilled_hours=project.time_entries.unbilled().worth(),
        unbilled_expenses=project.expenses.unbilled().worth(),
        unbilled_trips=project.trips.unbilled().worth(),
        unbilled_scheduled=sum(
            (
                scheduled_net_amount(scheduled)
                for scheduled in project.scheduled_amounts.unbilled().due(today)
            ),
            ZERO,
        ),
    )


def used_minutes(
    organisation: Organisation, *, projects: Sequence[int] | None = None
) -> dict[int, int]:
    """Return the registered minutes of each project that has hours; of all without `projects`."""
    hours: Any = Project._meta.get_field("time_entries").related_model
    rows = hours.objects.filter(organisation=organisation).order_by()
    if projects is not None:
        rows = rows.filter(project__in=projects)
    return dict(rows.values_list("project").annotate(total=Sum("minutes")))


def ids_by_used_minutes(
    organisation: Organisation, projects: ProjectQuerySet, *, is_down: bool
) -> list[int]:
    """Return the ids of projects in the order of their minutes; those without hours come last.

    The hours of all projects are added up at once, which a sum for each project is not.
    """
    used = used_minutes(organisation)
    ids = sorted(set(projects.order_by().values_list("pk", flat=True)), reverse=is_down)
    with_hours = sorted((pk for pk in ids if pk in used), key=used.__getitem__, reverse=is_down)
    return with_hours + [pk for pk in ids if pk not in used]


def has_registrations(project: Project) -> bool:
    """Return whether the project has hours, expenses or trips."""
    return any(getattr(project, name).exists() for name in REGISTRATIONS)


def scheduled_net_amount(scheduled: ScheduledAmount) -> Decimal:
    """Return the amount in euros excl. VAT."""
    return net_amount(scheduled.quantity, scheduled.price)


def amounts_for_display(project: Project, *, today: datetime.date) -> QuerySet[ScheduledAmount]:
    """Return the scheduled amounts up to today and the next few, latest first."""
    upcoming = project.scheduled_amounts.filter(due_on__gt=today).order_by("due_on", "pk")
    days = list(upcoming.values_list("due_on", flat=True)[:UPCOMING_AMOUNTS])
    return (
        project.scheduled_amounts.filter(due_on__lte=days[-1] if days else today)
        .select_related("invoice_line__invoice")
        .order_by("-due_on", "-pk")
    )
