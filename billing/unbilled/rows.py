"""Which rows can be billed, and which agreed amounts."""

import datetime
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from accounts.models import Organisation
from projects.models import Method, ScheduledAmount
from projects.models.project import HOURLY
from registrations.models import RegistrationQuerySet, Status

from .billable import Rows


@dataclass(frozen=True)
class UnbilledFilter:
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
WORK, SCHEDULED = "work", "scheduled_amounts"


def within(rows: RegistrationQuerySet, unbilled_filter: UnbilledFilter) -> RegistrationQuerySet:
    """Rows of these days and projects, whatever their status."""
    rows = rows.until(unbilled_filter.until)
    if unbilled_filter.since:
        rows = rows.filter(date__gte=unbilled_filter.since)
    if unbilled_filter.project_ids is not None:
        rows = rows.filter(project__in=unbilled_filter.project_ids)
    return rows


def free(rows: RegistrationQuerySet, unbilled_filter: UnbilledFilter) -> RegistrationQuerySet:
    """Those of the rows that can be billed; of hours, also those that have no rate."""
    rows = within(rows.unbilled(), unbilled_filter)
    return rows.filter(status=Status.APPROVED) if unbilled_filter.approved_only else rows


def scheduled_amounts_within(
    scheduled_amounts: QuerySet[ScheduledAmount], unbilled_filter: UnbilledFilter
) -> QuerySet[ScheduledAmount]:
    """Terms that fall due in these days, whatever became of them."""
    scheduled_amounts = scheduled_amounts.filter(due_on__lte=unbilled_filter.until)
    if unbilled_filter.since:
        scheduled_amounts = scheduled_amounts.filter(due_on__gte=unbilled_filter.since)
    return (
        scheduled_amounts
        if unbilled_filter.project_ids is None
        else scheduled_amounts.filter(project__in=unbilled_filter.project_ids)
    )


def due_scheduled_amounts(
    scheduled_amounts: QuerySet[ScheduledAmount], unbilled_filter: UnbilledFilter
) -> QuerySet[ScheduledAmount]:
    """Those of the terms that can be billed; those of a project that is not billed are not."""
    unbilled = scheduled_amounts.filter(invoice_line=None, is_written_off=False)
    return scheduled_amounts_within(unbilled, unbilled_filter).exclude(project__method=Method.NONE)


def rows_of(organisation: Organisation, unbilled_filter: UnbilledFilter) -> Rows:
    """The rows behind the figures of Unbilled, with project and customer fetched."""
    work = Rows() if unbilled_filter.part == SCHEDULED else _work(organisation, unbilled_filter)
    return (
        work
        if unbilled_filter.part == WORK
        else replace(work, scheduled_amounts=_scheduled_amounts(organisation, unbilled_filter))
    )


def _work(organisation: Organisation, unbilled_filter: UnbilledFilter) -> Rows:
    related = ("project__customer", "membership__user")
    entries = free(organisation.time_entries.filter(project__method__in=HOURLY), unbilled_filter)
    billed = ~Q(project__method=Method.NONE)
    return Rows(
        time_entries=tuple(
            entries.exclude(hourly_rate=None).select_related(*related, "task").order_by("pk")
        ),
        expenses=tuple(
            free(organisation.expenses.filter(billed), unbilled_filter)
            .select_related(*related, "category", "vat_rate")
            .order_by("pk")
        ),
        trips=tuple(
            free(organisation.trips.filter(billed), unbilled_filter)
            .select_related(*related)
            .order_by("pk")
        ),
    )


def _scheduled_amounts(
    organisation: Organisation, unbilled_filter: UnbilledFilter
) -> tuple[ScheduledAmount, ...]:
    scheduled_amounts = due_scheduled_amounts(
        ScheduledAmount.objects.filter(project__organisation=organisation), unbilled_filter
    )
    return tuple(scheduled_amounts.select_related("project__customer", "task").order_by("pk"))
