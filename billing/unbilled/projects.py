"""Filter the projects with unbilled work, in the database."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from projects.models import Method, Project, ScheduledAmount
from projects.models.project import HOURLY
from registrations.models import Expense, TimeEntry, Trip

from .rows import UnbilledFilter, due_scheduled_amounts, unbilled_registrations


def billable_projects(
    projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> QuerySet[Project]:
    """Filter the projects with unbilled hours, expenses, trips or scheduled amounts."""
    mine = {"project": OuterRef("pk")}
    hours = unbilled_registrations(
        TimeEntry.objects.filter(**mine).exclude(hourly_rate=None), unbilled_filter
    )
    condition = (
        Q(Exists(hours), method__in=HOURLY)
        | Exists(unbilled_registrations(Expense.objects.filter(**mine), unbilled_filter))
        | Exists(unbilled_registrations(Trip.objects.filter(**mine), unbilled_filter))
        | Exists(due_scheduled_amounts(ScheduledAmount.objects.filter(**mine), unbilled_filter))
    )
    return projects.exclude(method=Method.NONE).filter(condition)


def with_scheduled_amounts_counted(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Annotate the number of scheduled amounts, and of those that are billed."""
    return projects.annotate(
        scheduled_total=Count("scheduled_amounts"),
        scheduled_billed=Count(
            "scheduled_amounts", filter=Q(scheduled_amounts__invoice_line__isnull=False)
        ),
    )
