"""Which rows can be billed, and which agreed amounts."""

import datetime
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from projects.models import Method, Term
from projects.models.project import HOURLY
from registrations.models import RegistrationQuerySet, Status

from .billable import Rows


@dataclass(frozen=True)
class Wish:
    """Which part of it.

    From a day, if given, until and including another; of some projects or of all; approved rows
    only or not; `part` leaves out either what was registered or what was agreed.
    """

    until: datetime.date
    project_ids: tuple[int, ...] | None = None
    approved_only: bool = False
    since: datetime.date | None = None
    part: str = ""


# The parts of what can be billed.
WORK, TERMS = "work", "terms"


def within(rows: RegistrationQuerySet, wish: Wish) -> RegistrationQuerySet:
    """Rows of these days and projects, whatever their status."""
    rows = rows.until(wish.until)
    if wish.since:
        rows = rows.filter(date__gte=wish.since)
    if wish.project_ids is not None:
        rows = rows.filter(project__in=wish.project_ids)
    return rows


def free(rows: RegistrationQuerySet, wish: Wish) -> RegistrationQuerySet:
    """Those of the rows that can be billed; of hours, also those that have no rate."""
    rows = within(rows.unbilled(), wish)
    return rows.filter(status=Status.APPROVED) if wish.approved_only else rows


def terms_within(terms: QuerySet[Term], wish: Wish) -> QuerySet[Term]:
    """Terms that fall due in these days, whatever became of them."""
    terms = terms.filter(due_on__lte=wish.until)
    if wish.since:
        terms = terms.filter(due_on__gte=wish.since)
    return terms if wish.project_ids is None else terms.filter(project__in=wish.project_ids)


def due_terms(terms: QuerySet[Term], wish: Wish) -> QuerySet[Term]:
    """Those of the terms that can be billed; those of a project that is not billed are not."""
    unbilled = terms.filter(invoice_line=None, is_written_off=False)
    return terms_within(unbilled, wish).exclude(project__method=Method.NONE)


def rows_of(organisation: Organisation, wish: Wish) -> Rows:
    """The rows behind the figures of Unbilled, with project and customer fetched."""
    work = Rows() if wish.part == TERMS else _work(organisation, wish)
    return work if wish.part == WORK else replace(work, terms=_terms(organisation, wish))


def _work(organisation: Organisation, wish: Wish) -> Rows:
    related = ("project__customer", "membership__user")
    entries = free(organisation.time_entries.filter(project__method__in=HOURLY), wish)
    billed = ~Q(project__method=Method.NONE)
    return Rows(
        time_entries=tuple(
            entries.exclude(hourly_rate=None).select_related(*related, "task").order_by("pk")
        ),
        expenses=tuple(
            free(organisation.expenses.filter(billed), wish)
            .select_related(*related, "category", "vat_rate")
            .order_by("pk")
        ),
        trips=tuple(
            free(organisation.trips.filter(billed), wish).select_related(*related).order_by("pk")
        ),
    )


def _terms(organisation: Organisation, wish: Wish) -> tuple[Term, ...]:
    terms = due_terms(Term.objects.filter(project__organisation=organisation), wish)
    return tuple(terms.select_related("project__customer", "task").order_by("pk"))
