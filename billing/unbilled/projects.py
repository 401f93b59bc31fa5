"""Which projects have something that can be billed, found by the database."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from projects.models import Method, Project, Term
from projects.models.project import HOURLY
from registrations.models import Expense, TimeEntry, Trip

from .rows import Wish, due_terms, free


def billable_projects(projects: QuerySet[Project], wish: Wish) -> QuerySet[Project]:
    """Those of the projects with hours, expenses, trips or terms that can be billed."""
    mine = {"project": OuterRef("pk")}
    hours = free(TimeEntry.objects.filter(**mine).exclude(hourly_rate=None), wish)
    something = (
        Q(Exists(hours), method__in=HOURLY)
        | Exists(free(Expense.objects.filter(**mine), wish))
        | Exists(free(Trip.objects.filter(**mine), wish))
        | Exists(due_terms(Term.objects.filter(**mine), wish))
    )
    return projects.exclude(method=Method.NONE).filter(something)


def with_terms_counted(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The same projects, each with how many terms it has, and how many are billed."""
    return projects.annotate(
        term_total=Count("terms"),
        term_billed=Count("terms", filter=Q(terms__invoice_line__isnull=False)),
    )
