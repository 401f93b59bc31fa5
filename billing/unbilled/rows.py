"""Filters on the rows and the agreed amounts that can be billed."""

import datetime
from dataclasses import dataclass, replace

from django.db.models import Q

from accounts.models import Organisation
from projects.models import Method, ScheduledAmount, ScheduledAmountQuerySet
from projects.models.project import HOURLY
from registrations.models import RegistrationQuerySet, Status

from .work import WorkQuery


@dataclass(frozen=True)
class UnbilledFilter:
    """A filter on unbilled work.

    It selects work from `since`, if given, until and including `until`; of some projects or of all;
    approved rows only or all. `part` is WORK or SCHEDULED to leave out the other one.
    """

    until: datetime.date
    project_ids: tuple[int, ...] | None = None
    approved_only: bool = False
    since: datetime.date | None = None
    part: str = ""


# The parts of what can be billed.
WORK, SCHEDULED = "work", "scheduled_amounts"


def registrations_within(
    rows: RegistrationQuerySet, unbilled_filter: UnbilledFilter
) -> RegistrationQuerySet:
    """Filter the rows of these days and projects, whatever their status."""
    rows = rows.until(unbilled_filter.until)
    if unbilled_filter.since:
        rows = rows.filter(date__gte=unbilled_filter.since)
    if unbilled_filter.project_ids is not None:
        rows = rows.filter(project__in=unbilled_filter.project_ids)
    return rows


def unbilled_registrations(
    rows: RegistrationQuerySet, unbilled_filter: UnbilledFilter
) -> RegistrationQuerySet:
    """Filter the rows that can be billed, including hours without a rate."""
    rows = registrations_within(rows.unbilled(), unbilled_filter)
    return rows.filter(status=Status.APPROVED) if unbilled_filter.approved_only else rows


def scheduled_amounts_within(
    scheduled_amounts: ScheduledAmountQuerySet, unbilled_filter: UnbilledFilter
) -> ScheduledAmountQuerySet:
    """Filter the scheduled amounts that fall due in these days, billed or not."""
    scheduled_amounts = scheduled_amounts.filter(due_on__lte=unbilled_filter.until)
    if unbilled_filter.since:
        scheduled_amounts = scheduled_amounts.filter(due_on__gte=unbilled_filter.since)
    return (
        scheduled_amounts
        if unbilled_filter.project_ids is None
        else scheduled_amounts.filter(project__in=unbilled_filter.project_ids)
    )


def due_scheduled_amounts(
    scheduled_amounts: ScheduledAmountQuerySet, unbilled_filter: UnbilledFilter
) -> ScheduledAmountQuerySet:
    """Filter the scheduled amounts that can be billed, without those of unbilled projects."""
    return scheduled_amounts_within(scheduled_amounts.billable(), unbilled_filter)


def unbilled_work(organisation: Organisation, unbilled_filter: UnbilledFilter) -> WorkQuery:
    """Return the work behind the figures of Unbilled: all that can be billed, by id."""
    billed = ~Q(project__method=Method.NONE)
    if unbilled_filter.part == SCHEDULED:
        work = WorkQuery()
    else:
        hours = organisation.time_entries.filter(project__method__in=HOURLY)
        hours = hours.exclude(hourly_rate=None)
        work = WorkQuery(
            time_entries=unbilled_registrations(hours, unbilled_filter).order_by("pk"),
            expenses=unbilled_registrations(
                organisation.expenses.filter(billed), unbilled_filter
            ).order_by("pk"),
            trips=unbilled_registrations(
                organisation.trips.filter(billed), unbilled_filter
            ).order_by("pk"),
        )
    if unbilled_filter.part == WORK:
        return work
    agreed = ScheduledAmount.objects.filter(project__organisation=organisation)
    due = due_scheduled_amounts(agreed, unbilled_filter).order_by("pk")
    return replace(work, scheduled_amounts=due)
