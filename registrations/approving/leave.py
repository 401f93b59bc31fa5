"""Leave: ask for it, take it back, approve or reject it, and what is left of a year."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from accounts.closed_periods import why_closed
from accounts.models import Membership
from audit.changes import Changes, change
from audit.kinds import Action, Kind
from audit.recording import Rows, record_changes, record_rows
from lib.formats import day as shown_day
from lib.times import DAY, format_duration

from ..expected import days_between, expected_days
from ..models import Leave, LeaveGrant, LeaveKind, LeaveStatus
from ..rights import may_register_for
from ..rules import is_registrable
from .statuses import decides_own

# More days than this are a mistake in the year.
MOST_DAYS = 366


class NotChangeable(Exception):
    """Somebody decided on the leave already; nothing was written."""


@dataclass(frozen=True)
class Spell:
    """Days of leave of one person that were asked for together and have the same status."""

    rows: list[Leave] = field(default_factory=list)

    @cached_property
    def row(self) -> Leave:
        return self.rows[0]

    @property
    def last(self) -> datetime.date:
        return self.rows[-1].date

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)


@dataclass(frozen=True)
class Balance:
    """The holidays of a person in a year, in minutes. `granted` is None if nobody filled it in."""

    granted: int | None = None
    taken: int = 0
    planned: int = 0

    @property
    def left(self) -> int | None:
        return None if self.granted is None else self.granted - self.taken - self.planned


@transaction.atomic
def ask_for(
    membership: Membership,
    *,
    kind: str,
    first: datetime.date,
    last: datetime.date,
    minutes: int | None,
    note: str = "",
    by: Membership,
    now: datetime.datetime,
) -> Spell:
    """Submit leave for every day on which hours are expected; `minutes` a day, else all of them.

    Raises ValidationError with sentences by field.
    """
    if membership.organisation_id != by.organisation_id or not may_register_for(by, membership):
        raise PermissionDenied(_("You cannot register for someone else."))
    Membership.objects.select_for_update().get(pk=membership.pk)
    _check_days(membership, first, last)
    expected = expected_days([membership], first, last)
    wanted = {}
    for day in days_between(first, last):
        due = expected[membership.pk, day]
        # Without a contract nobody knows which days are free: then the length must be given.
        if due.working_minutes or (due.contract is None and minutes):
            wanted[day] = minutes or due.minutes
    if not wanted:
        raise ValidationError(_nothing_due(minutes, expected[membership.pk, first].contract))
    _check_room(membership, kind, wanted)
    common = {"kind": kind, "note": note, "created_at": now, "organisation": by.organisation}
    rows = [
        Leave(membership=membership, date=day, minutes=length, **common)
        for day, length in wanted.items()
    ]
    spell = Spell(Leave.objects.bulk_create(rows))
    _record(spell.rows, Action.SUBMITTED, by=by, note=note)
    return spell


@transaction.atomic
def take_back(spell: Spell, *, by: Membership) -> None:
    """Delete leave: one's own as long as nobody approved it, a manager's people's always.

    Raises NotChangeable.
    """
    ids = [row.pk for row in spell.rows]
    rows = Leave.objects.select_for_update(of=("self",)).filter(
        pk__in=ids, organisation=by.organisation_id
    )
    if not (by.registers_for_others and sees_leave_of_others(by)):
        rows = rows.filter(membership=by).exclude(status=LeaveStatus.APPROVED)
    if len(rows) != len(ids):
        raise NotChangeable
    closed = by.organisation.closed_until
    if closed and any(row.date <= closed for row in rows):
        raise NotChangeable
    _record(spell.rows, Action.DELETED, by=by)
    rows.delete()


@transaction.atomic
def put_back(rows: Iterable[Leave], *, by: Membership) -> None:
    """Save deleted leave again, as it was. Raises ValidationError if it no longer fits."""
    found = list(rows)
    for row in found:
        if row.organisation_id != by.organisation_id or not may_register_for(by, row.membership):
            raise PermissionDenied(_("You cannot register for someone else."))
    Membership.objects.select_for_update().get(pk=found[0].membership_id)
    _check_days(found[0].membership, found[0].date, found[-1].date)
    _check_room(found[0].membership, found[0].kind, {row.date: row.minutes for row in found})
    Leave.objects.bulk_create(found)
    _record(found, Action.PUT_BACK, by=by)


def sees_leave_of_others(by: Membership) -> bool:
    """Return True for managers of all projects: leave belongs to no project."""
    return by.is_manager_of_all


def may_decide(by: Membership, membership: Membership) -> bool:
    """Return True for who approves everybody; about oneself as for hours."""
    if by.organisation_id != membership.organisation_id or not by.approves:
        return False
    return decides_own(by) if by.pk == membership.pk else sees_leave_of_others(by)


@transaction.atomic
def decide(
    spell: Spell, *, to: str, note: str = "", by: Membership, now: datetime.datetime
) -> None:
    """Approve or reject submitted leave, also of a closed period, as for hours.

    Raises NotChangeable if somebody decided meanwhile.
    """
    if not may_decide(by, spell.row.membership):
        raise PermissionDenied(_("Somebody else decides on this leave."))
    ids = [row.pk for row in spell.rows]
    rows = Leave.objects.filter(pk__in=ids, status=LeaveStatus.SUBMITTED)
    if rows.update(status=to, status_note=note, status_by=by, status_at=now) != len(ids):
        raise NotChangeable
    action = Action.APPROVED if to == LeaveStatus.APPROVED else Action.REJECTED
    changes = change("status", LeaveStatus.SUBMITTED, to)
    _record(spell.rows, action, by=by, note=note, changes=changes)


def _record(
    rows: Sequence[Leave],
    action: Action,
    *,
    by: Membership,
    note: str = "",
    changes: Changes | None = None,
) -> None:
    """Record what happened to days of leave, as one entry."""
    labels = [f"{shown_day(row.date)} · {row.membership}" for row in rows]
    found = [Rows(Leave, [row.pk for row in rows], changes or {}, labels)]
    record_rows(Kind.LEAVE, action, found, organisation=by.organisation_id, by=by, note=note)


def spell_of(row: Leave) -> Spell:
    """Return the leave that a day was asked for with."""
    rows = Leave.objects.filter(
        membership=row.membership_id, created_at=row.created_at, status=row.status
    )
    return Spell(list(rows.select_related("membership__user", "status_by__user").order_by("date")))


def spells_of(rows: Iterable[Leave]) -> list[Spell]:
    """Group days by what was asked for together; the latest first."""
    found: dict[tuple[object, ...], Spell] = {}
    for row in rows:
        key = (row.membership_id, row.created_at, row.status)
        found.setdefault(key, Spell()).rows.append(row)
    return sorted(found.values(), key=lambda spell: spell.row.date, reverse=True)


def balances(
    memberships: Iterable[Membership], year: int, *, today: datetime.date
) -> dict[int, Balance]:
    """Return the balance of each person; two queries."""
    people = [one.pk for one in memberships]
    grants = LeaveGrant.objects.filter(membership__in=people, year=year)
    granted = dict(grants.values_list("membership", "minutes"))
    rows = Leave.objects.filter(
        membership__in=people, date__year=year, kind=LeaveKind.HOLIDAY
    ).exclude(status=LeaveStatus.REJECTED)
    sums = (
        rows.order_by()
        .values_list("membership")
        .annotate(
            taken=Sum("minutes", filter=Q(date__lte=today), default=0),
            planned=Sum("minutes", filter=Q(date__gt=today), default=0),
        )
    )
    used = {pk: (taken, planned) for pk, taken, planned in sums}
    return {pk: Balance(granted.get(pk), *used.get(pk, (0, 0))) for pk in people}


@transaction.atomic
def grant(membership: Membership, *, year: int, minutes: int | None) -> None:
    """Store the holidays of a year; None takes them away."""
    rows = LeaveGrant.objects.filter(membership=membership, year=year)
    before = rows.values_list("minutes", flat=True).first()
    if minutes is None:
        rows.delete()
    else:
        rows.update_or_create(membership=membership, year=year, defaults={"minutes": minutes})
    told = [None if one is None else format_duration(one) for one in (before, minutes)]
    changes = change("holidays", *told)
    record_changes(Kind.LEAVE, membership, changes, note=str(year))


def _check_days(membership: Membership, first: datetime.date, last: datetime.date) -> None:
    for name, day in (("first", first), ("last", last)):
        if not is_registrable(day):
            raise ValidationError({name: _("This day cannot be registered on.")})
    if last < first:
        raise ValidationError({"last": _("The last day is before the first. Correct one of them.")})
    if (last - first).days >= MOST_DAYS:
        raise ValidationError({"last": _("This is more than a year. Choose an earlier last day.")})
    if closed := why_closed(membership.organisation, first):
        raise ValidationError({"first": closed})


def _nothing_due(minutes: int | None, contract: int | None) -> dict[str, str]:
    if contract is None and not minutes:
        text = _("There is no contract on this day. Type how long the leave is, such as 8:00.")
        return {"minutes": text}
    return {"first": _("No hours are expected on these days, so no leave is needed.")}


def _check_room(membership: Membership, kind: str, wanted: dict[datetime.date, int]) -> None:
    """Refuse leave that is there already, and more than fits in a day."""
    there = Leave.objects.filter(membership=membership, date__in=wanted).order_by("date")
    others: dict[datetime.date, int] = {}
    for row in there:
        if row.kind == kind or not wanted[row.date]:
            text = _("%(day)s has leave already: %(kind)s. Delete that first, or leave it out.")
            told = {"day": shown_day(row.date), "kind": row.get_kind_display()}
            raise ValidationError({"first": text % told})
        others[row.date] = others.get(row.date, 0) + row.minutes
    for day, minutes in wanted.items():
        if minutes + others.get(day, 0) > DAY:
            text = _("A day has 24 hours, and %s is already registered on this day.")
            raise ValidationError({"minutes": text % format_duration(others[day])})
