"""Finance → Unbilled: what can be billed, per customer and project, whatever the method.

Hours count when their project is billed by the hour; expenses and trips on every project that is
billed at all; agreed amounts when they are due.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from accounts.models import Organisation
from projects.models import Method, Project, Term
from projects.models.project import HOURLY
from projects.money import ZERO, cents
from registrations.models import RegistrationQuerySet, Status

from .items import Rows
from .unbilled_rows import UnbilledCustomer, UnbilledProject


@dataclass(frozen=True)
class Wish:
    """Which part of it.

    Until and including a day, of some projects or of all, approved rows only or not.
    """

    until: datetime.date
    project_ids: tuple[int, ...] | None = None
    approved_only: bool = False


def unbilled(
    organisation: Organisation, wish: Wish, *, projects: QuerySet[Project] | None = None
) -> list[UnbilledCustomer]:
    """Everything that can be billed, by customer name; five queries, however much there is."""
    shown = organisation.projects.all() if projects is None else projects
    shown = shown.exclude(method=Method.NONE).select_related("customer", "subscription")
    shown = shown.annotate(
        term_total=Count("terms"),
        term_billed=Count("terms", filter=Q(terms__invoice_line__isnull=False)),
    )
    if wish.project_ids is not None:
        shown = shown.filter(pk__in=wish.project_ids)
    found = {project.pk: UnbilledProject(project) for project in shown}
    _add_hours(found, organisation, wish)
    _add_rows(found, "expenses", _free(organisation.expenses.all(), wish))
    _add_rows(found, "trips", _free(organisation.trips.all(), wish))
    _add_terms(found, organisation, wish)
    return _by_customer(project for project in found.values() if project.total)


def rows_of(organisation: Organisation, wish: Wish) -> Rows:
    """The rows behind those figures, with project and customer fetched."""
    related = ("project__customer", "membership__user")
    entries = _free(organisation.time_entries.filter(project__method__in=HOURLY), wish)
    billed = ~Q(project__method=Method.NONE)
    return Rows(
        time_entries=tuple(
            entries.exclude(hourly_rate=None).select_related(*related, "task").order_by("pk")
        ),
        expenses=tuple(
            _free(organisation.expenses.filter(billed), wish)
            .select_related(*related, "category", "vat_rate")
            .order_by("pk")
        ),
        trips=tuple(
            _free(organisation.trips.filter(billed), wish).select_related(*related).order_by("pk")
        ),
        terms=tuple(
            _due_terms(organisation, wish)
            .select_related("project__customer", "task")
            .order_by("pk")
        ),
    )


def _free(rows: RegistrationQuerySet, wish: Wish) -> RegistrationQuerySet:
    free = rows.unbilled().until(wish.until)
    if wish.approved_only:
        free = free.filter(status=Status.APPROVED)
    if wish.project_ids is not None:
        free = free.filter(project__in=wish.project_ids)
    return free


def _due_terms(organisation: Organisation, wish: Wish) -> QuerySet[Term]:
    due = Term.objects.filter(project__organisation=organisation).unbilled().due(wish.until)
    return due if wish.project_ids is None else due.filter(project__in=wish.project_ids)


def _add_hours(found: dict[int, UnbilledProject], organisation: Organisation, wish: Wish) -> None:
    free = _free(organisation.time_entries.all(), wish)
    for row in _per_project(free, minutes=Sum("minutes"), amount=Sum("amount")):
        if project := found.get(row["project"]):
            project.minutes = row["minutes"]
            if project.project.billing_method.is_hourly:
                project.hours = cents(Decimal(row["amount"]))
                project.saw(row["first"], row["last"])


def _add_rows(found: dict[int, UnbilledProject], name: str, free: RegistrationQuerySet) -> None:
    for row in _per_project(free, amount=Sum("amount")):
        if project := found.get(row["project"]):
            setattr(project, name, cents(Decimal(row["amount"])))
            project.saw(row["first"], row["last"])


def _add_terms(found: dict[int, UnbilledProject], organisation: Organisation, wish: Wish) -> None:
    for term in _due_terms(organisation, wish).only("project", "quantity", "price", "due_on"):
        if project := found.get(term.project_id):
            project.terms += cents(term.quantity * term.price)
            project.term_days.append(term.due_on)


def _per_project(rows: RegistrationQuerySet, **sums: Sum) -> Iterable[dict[str, Any]]:
    return rows.order_by().values("project").annotate(first=Min("date"), last=Max("date"), **sums)


def _by_customer(projects: Iterable[UnbilledProject]) -> list[UnbilledCustomer]:
    customers: dict[int, UnbilledCustomer] = {}
    for project in sorted(projects, key=_alphabetical):
        customer = project.project.customer
        customers.setdefault(customer.pk, UnbilledCustomer(customer)).projects.append(project)
    return list(customers.values())


def _alphabetical(unbilled: UnbilledProject) -> tuple[str, int, str]:
    project = unbilled.project
    return project.customer.name.lower(), project.customer_id, project.name.lower()


def totals_of(customers: Sequence[UnbilledCustomer]) -> Decimal:
    """What can be billed altogether, in euros excl. VAT."""
    return sum((customer.total for customer in customers), ZERO)
