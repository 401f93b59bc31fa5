"""What was written off: shown apart, with who did so and why, and never in a total of Unbilled."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Lower

from accounts.models import Membership
from lib.money import ZERO, net_amount
from lib.sums import in_euros, sum_in_cents
from projects.models import Project, Term
from registrations.models import RegistrationQuerySet, Status

from .releasing import terms_given_up
from .rows import Wish, terms_within, within
from .skipped import KINDS


@dataclass(frozen=True)
class WrittenOff:
    """Rows of a project that one person wrote off for one reason, as far as that is known.

    `kind` is hours, expenses, trips or terms. The amount is what they were worth, in euros excl.
    VAT.
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


def projects_written_off(projects: QuerySet[Project], wish: Wish) -> QuerySet[Project]:
    """Those of the projects of which something was written off, by customer and name."""
    something = Q(Exists(_terms(wish).filter(project=OuterRef("pk"))))
    for kind in KINDS:
        something |= Q(Exists(_rows(kind, wish).filter(project=OuterRef("pk"))))
    return projects.filter(something).order_by(Lower("customer__name"), Lower("name"), "pk")


def written_off_of(projects: Sequence[Project], wish: Wish) -> list[WrittenOff]:
    """What was written off of these projects, in their order; eight queries."""
    by_id = {project.pk: project for project in projects}
    groups = [group for kind in KINDS for group in _groups(kind, by_id, wish)]
    found = [*groups, *_term_groups(by_id, wish)]
    order = {pk: place for place, pk in enumerate(by_id)}
    return sorted(found, key=lambda row: (order[row.project.pk], row.kind, row.first))


def _rows(kind: str, wish: Wish) -> RegistrationQuerySet:
    return within(KINDS[kind].objects.filter(status=Status.WRITTEN_OFF), wish)


def _terms(wish: Wish) -> QuerySet[Term]:
    return terms_within(Term.objects.filter(is_written_off=True), wish)


def _groups(kind: str, projects: dict[int, Project], wish: Wish) -> Iterator[WrittenOff]:
    rows = _rows(kind, wish).filter(project__in=list(projects)).order_by()
    minutes = {"minutes_sum": Sum("minutes")} if kind == "hours" else {}
    groups = list(
        rows.values("project", "status_note", "status_by").annotate(
            count=Count("pk"),
            cents=sum_in_cents("amount"),
            first=Min("date"),
            last=Max("date"),
            **minutes,
        )
    )
    people = _people({group["status_by"] for group in groups})
    for group in groups:
        yield WrittenOff(
            project=projects[group["project"]],
            kind=kind,
            count=group["count"],
            minutes=group.get("minutes_sum", 0),
            amount=in_euros(group["cents"]),
            first=group["first"],
            last=group["last"],
            note=group["status_note"],
            by=people.get(group["status_by"]),
        )


def _people(ids: set[int | None]) -> dict[int | None, Membership]:
    known = [pk for pk in ids if pk is not None]
    return {**Membership.objects.select_related("user").in_bulk(known)} if known else {}


def _term_groups(projects: dict[int, Project], wish: Wish) -> Iterator[WrittenOff]:
    """Each agreed amount by itself; a credit wrote it off, and it says who did so and why."""
    terms = list(_terms(wish).filter(project__in=list(projects)))
    given_up = terms_given_up([term.pk for term in terms]) if terms else {}
    for term in terms:
        known = given_up.get(term.pk)
        yield WrittenOff(
            project=projects[term.project_id],
            kind="terms",
            count=1,
            minutes=0,
            amount=net_amount(term.quantity, term.price) + ZERO,
            first=term.due_on,
            last=term.due_on,
            note=f"{term.description} · {known.why}" if known else term.description,
            by=known.by if known else None,
        )
