"""What needs somebody, for the page of the agency: each with its figures.

Amounts are only for who may invoice, approvals for who approves, missing hours for managers of all.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.db.models import Count, F, Min, Q

from accounts.models import Membership, Organisation
from lib.money import ZERO, net_amount
from lib.sums import in_euros, sum_in_cents
from projects.models import BudgetKind, BudgetWarning, ScheduledAmount
from registrations.approving.waiting import waiting_by_week
from registrations.progress.agency import TeamHours

from ..models import Booking, InvoiceStatus
from .outstanding import OpenTotals

# So many weeks with approvals have a line of their own.
MOST_WEEKS = 3


class NeedKind(StrEnum):
    """What somebody has to do, in the order of the page."""

    BOOKING = "booking"
    APPROVAL = "approval"
    OVERDUE = "overdue"
    DRAFT = "draft"
    DUE = "due"
    BUDGET = "budget"
    HOURS = "hours"


@dataclass(frozen=True)
class Need:
    """Something that waits: how many, how much, since when, and whom or what it is about.

    Minutes or euros, as the kind has them. `others` are expenses and trips beside the hours;
    `weeks` is more than one where a line stands for several; `project` is the first or only one.
    """

    kind: NeedKind
    count: int
    amount: Decimal | None = None
    minutes: int = 0
    since: datetime.date | None = None
    others: int = 0
    weeks: int = 1
    percentage: int = 0
    project: int | None = None
    names: list[str] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)


def needs_of(
    membership: Membership,
    *,
    today: datetime.date,
    team: TeamHours | None,
    outstanding: OpenTotals | None,
) -> list[Need]:
    """Return what needs the member; at most five queries.

    `team` and `outstanding` are what the page has read already, if the member may see it.
    """
    organisation = membership.organisation
    found: list[Need] = []
    if membership.is_invoicer:
        found += _stopped(organisation)
    if membership.approves:
        found += _approvals(membership)
    if outstanding is not None and outstanding.overdue_count:
        found.append(_overdue(outstanding))
    if membership.is_invoicer:
        found += _drafts(organisation)
        found += _due(organisation, today=today)
    if membership.is_manager:
        found += _budgets(membership)
    if team is not None and team.missing:
        found.append(_hours(team))
    return found


def _stopped(organisation: Organisation) -> Iterator[Need]:
    """Yield the bookings that failed, with the newest ones."""
    stopped = Booking.objects.filter(organisation=organisation).needs_attention()
    some = list(stopped.for_display().order_by("-pk")[:3])
    if some:
        count = len(some) if len(some) < 3 else stopped.count()
        yield Need(NeedKind.BOOKING, count, bookings=some)


def _approvals(membership: Membership) -> Iterator[Need]:
    weeks = waiting_by_week(membership)
    for week in weeks[:MOST_WEEKS]:
        yield Need(
            NeedKind.APPROVAL,
            len(week.people),
            minutes=week.minutes,
            others=week.others,
            since=week.monday,
            names=sorted(week.people.values(), key=str.lower),
        )
    if more := weeks[MOST_WEEKS:]:
        people = {pk: name for week in more for pk, name in week.people.items()}
        yield Need(
            NeedKind.APPROVAL,
            len(people),
            minutes=sum(week.minutes for week in more),
            others=sum(week.others for week in more),
            since=more[0].monday,
            weeks=len(more),
            names=sorted(people.values(), key=str.lower),
        )


def _overdue(found: OpenTotals) -> Need:
    return Need(
        NeedKind.OVERDUE, found.overdue_count, amount=found.overdue, since=found.overdue_since
    )


def _drafts(organisation: Organisation) -> Iterator[Need]:
    drafts = organisation.invoices.filter(status=InvoiceStatus.DRAFT).order_by()
    found = drafts.aggregate(count=Count("pk"), cents=sum_in_cents("gross"), oldest=Min("date"))
    if found["count"]:
        amount = in_euros(found["cents"])
        yield Need(NeedKind.DRAFT, found["count"], amount=amount, since=found["oldest"])


def _due(organisation: Organisation, *, today: datetime.date) -> Iterator[Need]:
    """Yield the agreed amounts that can be billed: fixed prices, instalments, subscriptions."""
    agreed = ScheduledAmount.objects.filter(project__organisation=organisation)
    due = agreed.billable().due(today).order_by("due_on", "pk")
    # Values, because there can be thousands, of which three are named.
    columns = ("quantity", "price", "due_on", "description", "project", "project__name")
    found = list(due.values_list(*columns))
    if found:
        _quantity, _price, since, description, project, name = found[0]
        names = [description, name] if len(found) == 1 else []
        names = names or sorted({one[-1] for one in found}, key=str.lower)
        amount = sum((net_amount(one[0], one[1]) for one in found), ZERO)
        yield Need(
            NeedKind.DUE, len(found), amount=amount, since=since, names=names, project=project
        )


def _budgets(membership: Membership) -> Iterator[Need]:
    """Yield the active projects of which a percentage of the budget is used up.

    What the nightly warning stored is asked, so that no hours are added up here.
    """
    projects = membership.organisation.projects.active().managed_by(membership)
    warned = BudgetWarning.objects.filter(project__in=projects).filter(
        Q(kind=BudgetKind.HOURS, budget=F("project__budget_minutes"))
        | Q(kind=BudgetKind.AMOUNT, budget=F("project__budget_amount"))
    )
    if not membership.sees_amounts:
        warned = warned.filter(kind=BudgetKind.HOURS)
    rows = warned.order_by("-percentage", "project__name", "project")
    highest: dict[int, tuple[str, int]] = {}
    for pk, name, percentage in rows.values_list("project", "project__name", "percentage"):
        highest.setdefault(pk, (name, percentage))
    if highest:
        names = [name for name, _percentage in highest.values()]
        project, (_name, percentage) = next(iter(highest.items()))
        yield Need(NeedKind.BUDGET, len(names), names=names, percentage=percentage, project=project)


def _hours(team: TeamHours) -> Need:
    lacking = [one for one in team.people if one.missing]
    names = [str(one.member) for one in lacking]
    return Need(NeedKind.HOURS, len(lacking), minutes=team.missing, since=team.first, names=names)
