"""Save a change of a rate, and the unbilled rows that it touches, if somebody says so; undo it.

Saving refuses an effect that is no longer the one that was shown.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

import structlog
from django.db import models, transaction
from django.db.models import Case, F, Value, When

from accounts.models import Membership, Organisation
from audit.changes import change as change_of
from audit.kinds import Action, Kind
from audit.models import Entry
from audit.recording import Rows, record
from projects.dated_rates import RateEdit, rates_of
from projects.models import SUBJECTS, DatedRate, RateChange, RateKind, Subject

from ..models import TimeEntry, Trip
from .rate_effects import Effect, TouchedRow, amount_of, days_of, effect_of, rows_of

# Rows that one statement changes.
BATCH = 2000
# From a change to its entry in the audit trail, at most.
RECORDED_WITHIN = datetime.timedelta(minutes=1)
T = TypeVar("T")

log = structlog.get_logger(__name__)


class EffectChanged(Exception):
    """The rows or rates are not those that were shown; nothing was saved."""


class TooLateToUndo(Exception):
    """The change can no longer be undone. `locked` rows cannot change."""

    def __init__(self, locked: int = 0) -> None:
        super().__init__(locked)
        self.locked = locked


@transaction.atomic
def save(
    row: models.Model,
    edit: RateEdit,
    *,
    seen: str,
    changes_rows: bool,
    by: Membership,
    now: datetime.datetime,
) -> RateChange:
    """Store the change of a sales rate and, if wanted, price the rows again that were shown.

    Raises EffectChanged if another effect was shown.
    """
    organisation = by.organisation
    type(row)._default_manager.select_for_update().get(pk=row.pk)
    rows_of(row).filter(days_of(edit)).unbilled().hold()
    effect = effect_of(row, edit, organisation=organisation)
    if changes_rows and not effect.fits(seen):
        raise EffectChanged
    groups = _price(effect) if changes_rows else []
    saved = _store(organisation, edit, kind=RateKind.SALES, groups=groups, by=by, now=now)
    _record(saved, Action.CHANGED, label=str(row), by=by)
    return saved


@transaction.atomic
def save_cost(
    edit: RateEdit, *, by: Membership, now: datetime.datetime, label: str = ""
) -> RateChange:
    """Store a change of what an employee costs an hour; it touches no rows.

    `label` says whose rate it is. Raises EffectChanged if the rates are not those that were shown.
    """
    saved = _store(by.organisation, edit, kind=RateKind.COST, groups=[], by=by, now=now)
    _record(saved, Action.CHANGED, label=label, by=by)
    return saved


@transaction.atomic
def undo(change: RateChange, *, by: Membership, now: datetime.datetime) -> int:
    """Take a change back; return how many rows have their earlier rate again.

    Raises TooLateToUndo if one of its rows is locked, or if the rates of the
    subject were changed after it.
    """
    change = RateChange.objects.select_for_update().get(pk=change.pk)
    subject = SUBJECTS[change.subject_name]._default_manager.filter(pk=change.subject_id).first()
    if change.undone_at or not is_latest(change) or subject is None:
        raise TooLateToUndo
    model = _model_of(change.subject)
    ids = [pk for _before, _after, some in change.rows for pk in some]
    rows = model.objects.filter(organisation=change.organisation_id, pk__in=ids)
    # What was deleted since is no longer there to change.
    if locked := len(rows.hold()) - rows.unlocked().count():
        raise TooLateToUndo(locked)
    count = sum(_priced_back(model, *group) for group in change.rows)
    edit = RateEdit(
        change.subject, change.day_of(change.after), change.day_of(change.before), _rate_of(change)
    )
    _write(change.organisation, edit, kind=change.kind, by=by, now=now)
    RateChange.objects.filter(pk=change.pk).update(undone_at=now)
    _record(change, Action.UNDONE, label=str(subject), by=by)
    log.info("rates.undone", change=change.pk, by=by.pk, rows=count)
    return count


def is_latest(change: RateChange) -> bool:
    """Return whether the rates of the subject were not changed after this change."""
    later = RateChange.objects.filter(
        organisation=change.organisation_id,
        kind=change.kind,
        subject_name=change.subject_name,
        subject_id=change.subject_id,
        undone_at=None,
        pk__gt=change.pk,
    )
    return not later.exists()


def change_recorded_as(entry: Entry) -> RateChange | None:
    """Return the change that an entry of the audit trail is about, if it can still be undone."""
    if (entry.kind, entry.action) != (Kind.RATE, Action.CHANGED):
        return None
    labels = {model._meta.label_lower: name for name, model in SUBJECTS.items()}
    # The entry is written in the transaction of the change, after it.
    found = RateChange.objects.filter(
        organisation=entry.organisation_id,
        subject_name=labels.get(entry.object_type, ""),
        subject_id=entry.object_id or 0,
        made_at__range=(entry.at - RECORDED_WITHIN, entry.at),
    )
    change = found.first()
    can_be_undone = change is not None and change.undone_at is None and is_latest(change)
    return change if can_be_undone else None


def edit_of(found: DatedRate, *, from_on: datetime.date | None, rate: Decimal | None) -> RateEdit:
    """Return the change of a dated rate into another; without a date it is taken away."""
    return RateEdit(found.subject, found.from_on, from_on, rate)


def _price(effect: Effect) -> list[list[Any]]:
    """Write the new prices; return the ids by rate before and after. Raises EffectChanged."""
    groups: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    by_rate: dict[Decimal | None, list[TouchedRow]] = defaultdict(list)
    for one in effect.rows:
        groups[as_text(one.rate_before), as_text(one.rate_after)].append(one.row.pk)
        by_rate[one.rate_after].append(one)
    model = _model_of(effect.edit.subject)
    for rate, rows in by_rate.items():
        for some in _batches(rows):
            amounts = {_figure(one.row): one.amount_after for one in some}
            ids = [one.row.pk for one in some]
            if _update(model, ids, rate=rate, amounts=amounts) != len(ids):
                raise EffectChanged
    return [[before, after, ids] for (before, after), ids in groups.items()]


def _priced_back(model: Any, before: str | None, after: str | None, ids: list[int]) -> int:
    """Give rows that still have the rate of a change their earlier one; return how many."""
    name = _rate_name(model)
    count = 0
    for some in _batches(ids):
        rows = model.objects.filter(pk__in=some, **{name: after and Decimal(after)})
        rate = None if before is None else Decimal(before)
        found = list(rows)
        amounts = {_figure(row): amount_of(row, rate) for row in found}
        count += _update(model, [row.pk for row in found], rate=rate, amounts=amounts)
    return count


def _update(
    model: Any, ids: list[int], *, rate: Decimal | None, amounts: dict[Decimal | int, Decimal]
) -> int:
    """Write a rate, and the amount of each length, to rows that are not billed; in one query."""
    if not ids:
        return 0
    figure = "distance" if model is Trip else "priced_minutes"
    amount = Case(
        *(When(**{figure: number}, then=Value(euros)) for number, euros in amounts.items()),
        output_field=model._meta.get_field("amount"),
    )
    rows = model.objects.filter(pk__in=ids).unbilled().order_by()
    if model is TimeEntry:
        rows = rows.annotate(priced_minutes=F("minutes") + F("rounded_by"))
    count: int = rows.update(**{_rate_name(model): rate, "amount": amount})
    return count


def _store(
    organisation: Organisation,
    edit: RateEdit,
    *,
    kind: str,
    groups: list[list[Any]],
    by: Membership,
    now: datetime.datetime,
) -> RateChange:
    """Write the dated rate and what was done. Raises EffectChanged if the rates are others."""
    before = _write(organisation, edit, kind=kind, by=by, now=now)
    after = [edit.from_on.isoformat(), str(edit.rate)] if edit.from_on else None
    change = RateChange.objects.create(
        organisation=organisation,
        kind=kind,
        subject_name=edit.subject.name,
        subject_id=edit.subject.pk,
        before=before,
        after=after,
        rows=groups,
        made_by=by,
        made_at=now,
    )
    count = sum(len(ids) for _before, _after, ids in groups)
    log.info("rates.changed", change=change.pk, by=by.pk, rows=count, at=now.isoformat())
    return change


def _record(made: RateChange, action: Action, *, label: str, by: Membership) -> None:
    """Record a change of a rate with the rows that it priced, or that it was taken back."""
    is_back = action == Action.UNDONE
    before, after = (made.after, made.before) if is_back else (made.before, made.after)
    changes = change_of("rate", _euros(before), _euros(after))
    changes |= change_of("from_on", before and before[0], after and after[0])
    model = _model_of(made.subject)
    groups = [(new, old, ids) if is_back else (old, new, ids) for old, new, ids in made.rows]
    rows = [Rows(model, ids, change_of("rate", old, new)) for old, new, ids in groups if ids]
    subject = SUBJECTS[made.subject_name](pk=made.subject_id)
    record(
        Kind.RATE,
        action,
        subject,
        organisation=made.organisation_id,
        label=label,
        note=str(made.kind),
        changes=changes,
        rows=rows,
        by=by,
    )


def _euros(dated: list[str] | None) -> str | None:
    return dated[1] if dated else None


def _write(
    organisation: Organisation,
    edit: RateEdit,
    *,
    kind: str,
    by: Membership,
    now: datetime.datetime,
) -> list[str] | None:
    """Write the dated rates; return the one that went, as [date, euros]."""
    rates = rates_of(edit.subject, kind)
    gone = None
    if edit.removes:
        found = rates.filter(from_on=edit.removes).first()
        if found is None:
            raise EffectChanged
        gone = [found.from_on.isoformat(), str(found.rate)]
        found.delete()
    if edit.from_on and edit.rate is not None:
        if rates.filter(from_on=edit.from_on).exists():
            raise EffectChanged
        DatedRate.objects.create(
            organisation=organisation,
            kind=kind,
            **{f"{edit.subject.name}_id": edit.subject.pk},
            from_on=edit.from_on,
            rate=edit.rate,
            set_by=by,
            set_at=now,
        )
    return gone


def _batches(rows: list[T]) -> Iterator[list[T]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _rate_of(change: RateChange) -> Decimal | None:
    return Decimal(change.before[1]) if change.before else None


def _model_of(subject: Subject) -> Any:
    return Trip if subject.name == "trip_settings" else TimeEntry


def _rate_name(model: Any) -> str:
    return "rate" if model is Trip else "hourly_rate"


def _figure(row: Any) -> Decimal | int:
    number: Decimal | int = row.distance if isinstance(row, Trip) else row.rounded_minutes
    return number


def as_text(rate: Decimal | None) -> str | None:
    return None if rate is None else str(rate)
