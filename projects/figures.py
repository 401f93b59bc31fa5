"""What was worked on projects, and what is still to be billed.

Registrations lie above this app: they are reached by the names of their relations only.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from lib.money import ZERO, net_amount

from .models import Project, ProjectQuerySet, ScheduledAmount

REGISTRATIONS = ("time_entries", "expenses", "trips")
UPCOMING_AMOUNTS = 3


@dataclass(frozen=True)
class Figures:
    """Minutes worked, and euros excl. VAT that may be billed now.

    `rateless_minutes` could be billed, had they an hourly rate; they are not in `unbilled_minutes`.
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
        """Expenses and trips."""
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
    """What was worked on a project and what of it is unbilled, with the terms that are due."""
    hours = project.time_entries.aggregate(minutes=Sum("minutes"))
    unbilled = project.time_entries.unbilled().aggregate(
        rated=Sum("minutes", filter=Q(hourly_rate__isnull=False)),
        rateless=Sum("minutes", filter=Q(hourly_rate__isnull=True)),
        amount=Sum("amount"),
    )
    return Figures(
        minutes=hours["minutes"] or 0,
        unbilled_minutes=unbilled["rated"] or 0,
        rateless_minutes=unbilled["rateless"] or 0,
        unbilled_hours=unbilled["amount"] or ZERO,
        unbilled_expenses=_amount(project.expenses.unbilled()),
        unbilled_trips=_amount(project.trips.unbilled()),
        unbilled_scheduled=sum(
            (
                term_amount(scheduled)
                for scheduled in project.scheduled_amounts.unbilled().due(today)
            ),
            ZERO,
        ),
    )


def with_used_minutes(projects: ProjectQuerySet) -> ProjectQuerySet:
    """Adds `used_minutes`: what was registered on each, None for nothing."""
    used = (
        Project.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(total=Sum("time_entries__minutes"))
        .values("total")
    )
    return projects.annotate(used_minutes=Subquery(used))


def has_registrations(project: Project) -> bool:
    """Whether hours, expenses or trips are registered on it."""
    return any(getattr(project, name).exists() for name in REGISTRATIONS)


def term_amount(scheduled: ScheduledAmount) -> Decimal:
    """The amount in euros excl. VAT."""
    return net_amount(scheduled.quantity, scheduled.price)


def amounts_for_display(project: Project, *, today: datetime.date) -> QuerySet[ScheduledAmount]:
    """The terms up to today and the next few, the latest first."""
    upcoming = project.scheduled_amounts.filter(due_on__gt=today).order_by("due_on", "pk")
    days = list(upcoming.values_list("due_on", flat=True)[:UPCOMING_AMOUNTS])
    return (
        project.scheduled_amounts.filter(due_on__lte=days[-1] if days else today)
        .select_related("invoice_line__invoice")
        .order_by("-due_on", "-pk")
    )


def _amount(rows: QuerySet[Any]) -> Decimal:
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO
