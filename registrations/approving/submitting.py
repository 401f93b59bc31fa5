"""Hand in hours for approval, a day or a week at a time, until somebody decided on them."""

import datetime
from dataclasses import dataclass

from accounts.models import Membership, MembershipQuerySet, Role
from lib.days import ONE_DAY

from ..models import Status, TimeEntry
from ..overview.selection import Selection
from ..register.week_grid import entries_of
from .statuses import decides_own

# So many approvers are named.
MOST_NAMED = 3


@dataclass(frozen=True)
class Choice:
    """What is submitted until a day: open hours only."""

    until: datetime.date
    entries: tuple[TimeEntry, ...]

    @property
    def minutes(self) -> int:
        return sum(one.minutes for one in self.entries)

    @property
    def selection(self) -> Selection:
        return Selection(time_entries=tuple(one.pk for one in self.entries))


@dataclass(frozen=True)
class Proposal:
    """What of a week can be submitted, and what is not in it yet.

    `until_yesterday` is proposed; `whole` is None where it would be the same.
    """

    until_yesterday: Choice
    whole: Choice | None
    rejected: list[TimeEntry]
    approvers: list[Membership]

    @property
    def choices(self) -> list[Choice]:
        """The choices that have hours, the proposed one first."""
        found = [self.until_yesterday, *([self.whole] if self.whole else [])]
        return [one for one in found if one.entries]


def proposal(
    person: Membership, monday: datetime.date, *, by: Membership, today: datetime.date
) -> Proposal:
    """Return what of the week of a person can be submitted; rejected hours are mended first."""
    sunday = monday + 6 * ONE_DAY
    entries = entries_of(person, monday, sunday, by=by)
    waiting = tuple(one for one in entries if one.status == Status.OPEN)
    yesterday = min(sunday, today - ONE_DAY)
    past = Choice(yesterday, tuple(one for one in waiting if one.date <= yesterday))
    whole = Choice(sunday, waiting)
    rejected = [one for one in entries if one.status == Status.REJECTED]
    return Proposal(
        past,
        whole if len(whole.entries) > len(past.entries) else None,
        rejected,
        approvers_of(person, {one.project_id for one in waiting}),
    )


def approvers_of(person: Membership, projects: set[int]) -> list[Membership]:
    """Return who decides on hours of a person: managers of the projects, else of all."""
    people = person.organisation.memberships.active().select_related("user").order_by("pk")
    if not decides_own(person):
        people = people.exclude(pk=person.pk)
    managers = people.filter(managed_projects__in=projects).distinct()
    found = [one for one in managers if one.approves] if projects else []
    if not found:
        leaders: MembershipQuerySet = people.filter(
            role__in=(Role.ADMINISTRATOR, Role.PROJECT_MANAGER)
        )
        found = [one for one in leaders if one.approves and one.is_manager_of_all]
    return found[:MOST_NAMED]


def of_day(person: Membership, day: datetime.date, *, by: Membership) -> Choice:
    """Return the open hours of a day."""
    entries = entries_of(person, day, day, by=by)
    return Choice(day, tuple(one for one in entries if one.status == Status.OPEN))


def submitted(
    person: Membership, first: datetime.date, last: datetime.date, *, by: Membership
) -> Choice:
    """Return the hours of a period that were submitted, on which nobody decided yet."""
    entries = entries_of(person, first, last, by=by)
    return Choice(last, tuple(one for one in entries if one.status == Status.SUBMITTED))
