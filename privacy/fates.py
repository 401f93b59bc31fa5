"""What becomes of each registration of a person who is erased, and until when the rest is kept.

Kept is what the books need (art. 52 AWR, art. 17(3)(b) GDPR): what is on an invoice, what was
invoiced elsewhere or written off, billable hours, and expenses and trips, which are documents of
VAT and wage tax. Of those in a closed period the database refuses any change. The rest is deleted.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from projects.models.project import HOURLY, Method
from registrations.models import (
    DRAFT,
    KINDS,
    Expense,
    RegistrationQuerySet,
    Status,
    TimeEntry,
    Trip,
)

from .retention import fiscal_until

ON_INVOICE = _("they are on an invoice, of which they are the specification")
SETTLED = _("they were invoiced elsewhere or written off")
CLOSED = _("they are of a period whose books are closed")
OF_THE_BOOKS = _("they are documents of VAT, wage tax and what was charged")


@dataclass(frozen=True)
class Kept:
    """Rows that are kept under a pseudonym: until when, and why."""

    what: Any
    count: int
    until: datetime.date | None
    why: Any


@dataclass(frozen=True)
class Deleted:
    """Rows that are deleted."""

    what: Any
    count: int


# What is kept for each reason: a row counts for one of them.
_BILLED = Q(invoice_line__isnull=False)
_SETTLED = Q(status__in=(Status.INVOICED, Status.WRITTEN_OFF))
_OPEN_PERIOD = Q(organisation__closed_until=None) | Q(date__gt=F("organisation__closed_until"))
_REASONS = (
    (_BILLED, ON_INVOICE),
    (~_BILLED & _SETTLED, SETTLED),
    (~_BILLED & ~_SETTLED & ~_OPEN_PERIOD, CLOSED),
    (~_BILLED & ~_SETTLED & _OPEN_PERIOD, OF_THE_BOOKS),
)
NAMES = {TimeEntry: _("Hours"), Expense: _("Expenses"), Trip: _("Trips")}
DELETED_NAMES = {
    TimeEntry: _("Hours that were rejected or are not billable"),
    Expense: _("Rejected expenses, with their receipts"),
    Trip: _("Rejected trips"),
}


def rows_of(model: type[Any], membership: Membership) -> RegistrationQuerySet:
    rows: RegistrationQuerySet = model.objects.filter(membership=membership)
    return rows


def deletable(model: type[Any], membership: Membership) -> "QuerySet[Any]":
    """Return the registrations of a person that nothing requires to be kept."""
    rows = rows_of(model, membership).filter(
        _no_longer_needed(model), _OPEN_PERIOD, invoice_line=None
    )
    return rows.filter(status__in=(Status.OPEN, Status.REJECTED, Status.APPROVED))


def _no_longer_needed(model: type[Any]) -> Q:
    is_rejected = Q(status=Status.REJECTED)
    return is_rejected | Q(is_billable=False) if model is TimeEntry else is_rejected


def unbilled(model: type[Any], membership: Membership) -> "QuerySet[Any]":
    """Return the registrations of a person that are still to be billed."""
    rows = rows_of(model, membership).unbilled()
    if model is TimeEntry:
        return rows.filter(hourly_rate__isnull=False, project__method__in=HOURLY)
    return rows.exclude(project=None).exclude(project__method=Method.NONE).exclude(amount=0)


def submitted(model: type[Any], membership: Membership) -> "QuerySet[Any]":
    return rows_of(model, membership).filter(invoice_line=None, status=Status.SUBMITTED)


def on_draft(model: type[Any], membership: Membership) -> "QuerySet[Any]":
    return rows_of(model, membership).filter(invoice_line__invoice__status=DRAFT)


def kept(membership: Membership) -> Iterator[Kept]:
    """Yield what is kept of each kind, by the first reason that holds; one query for a kind."""
    for model in KINDS.values():
        gone = deletable(model, membership).values("pk")
        left = rows_of(model, membership).exclude(pk__in=gone)
        figures: dict[str, Aggregate] = {}
        for number, (condition, _why) in enumerate(_REASONS):
            figures[f"count_{number}"] = Count("pk", filter=condition)
            figures[f"last_{number}"] = Max("date", filter=condition)
        found = left.aggregate(**figures)
        for number, (_condition, why) in enumerate(_REASONS):
            if count := found[f"count_{number}"]:
                until = fiscal_until(found[f"last_{number}"], membership.organisation)
                yield Kept(NAMES[model], count, until, why)
