"""What was submitted and waits for a decision of a member: whether, of how many, and of when."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, Sum, Value

from accounts.models import Membership, full_name

from ..models import KINDS, RegistrationQuerySet, Status, TimeEntry
from ..periods import monday_of


def something_waits(by: Membership) -> Q:
    """Return the condition that something was submitted that the member may decide."""
    condition = Q()
    for rows in _waiting_rows(by):
        condition |= Q(Exists(rows.order_by()))
    return condition


def _waiting_rows(by: Membership) -> Iterator[RegistrationQuerySet]:
    for model in KINDS.values():
        rows = model.objects.visible_to(by).filter(status=Status.SUBMITTED, invoice_line=None)
        yield rows if by.organisation.allows_own_approval else rows.exclude(membership=by)


def waiting_for(by: Membership) -> int:
    """Return how many people have something submitted that the member may decide; one query.

    Each person is looked up in the index of what is submitted, however much that is.
    """
    condition = Q()
    for rows in _waiting_rows(by):
        condition |= Q(Exists(rows.order_by().filter(membership=OuterRef("pk"))))
    return by.organisation.memberships.filter(condition).count()


@dataclass
class WaitingWeek:
    """What was submitted in a week and waits for a decision: people, minutes, expenses and trips.

    `people` has the names by membership.
    """

    monday: datetime.date
    people: dict[int, str] = field(default_factory=dict)
    minutes: int = 0
    others: int = 0

    @property
    def name(self) -> str:
        """The name of the only person; empty if there are more."""
        return next(iter(self.people.values())) if len(self.people) == 1 else ""


def waiting_by_week(by: Membership) -> list[WaitingWeek]:
    """Return the weeks with something that the member may decide, the earliest first.

    One query, of what is submitted only.
    """
    found: dict[datetime.date, WaitingWeek] = {}
    named = [f"membership__user__{name}" for name in ("first_name", "last_name", "email")]
    kinds = []
    for rows in _waiting_rows(by):
        is_hours = rows.model is TimeEntry
        total = Sum("minutes") if is_hours else Count("pk")
        groups = rows.order_by().values("date", "membership", *named)
        sums = groups.annotate(found=total, is_hours=Value(is_hours))
        kinds.append(sums.values_list("date", "membership", *named, "found", "is_hours"))
    for day, member, *names, count, is_hours in kinds[0].union(*kinds[1:], all=True):
        monday = monday_of(day)
        week = found.setdefault(monday, WaitingWeek(monday))
        week.people[member] = full_name(*names)
        if is_hours:
            week.minutes += count
        else:
            week.others += count
    return sorted(found.values(), key=lambda week: week.monday)
