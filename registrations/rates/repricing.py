"""Price unbilled hours again: those of a project by its rates, and all by the rule of rounding.

What was submitted or approved, or is of a closed period, keeps its price, and so does what is on an
invoice.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

import structlog
from django.db import transaction

from accounts.models import Membership, Organisation
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import Rows, record
from projects.models import Project
from projects.models.project import HOURLY
from projects.rates import RateBook

from ..models import RegistrationQuerySet, TimeEntry
from .pricing import set_rate, worth_of_hours
from .rounding import (
    COLUMNS,
    Hour,
    Rules,
    is_open,
    round_as_of_days,
    round_each,
    save_rounding,
    set_amount,
)

log = structlog.get_logger(__name__)
# Rows that are read, and rows that are written, at a time.
PORTION = 2000
# What prices an entry: its rate, what rounding adds, and its amount.
Price = tuple[Decimal | None, int, Decimal]


@dataclass(frozen=True)
class Repricing:
    """The effect of pricing unbilled hours again.

    The number of rows, their minutes after rounding and their euros excl. VAT, before and after.
    `locked` is the number of rows whose price stays, though it is another one now.
    """

    changed: int
    minutes_before: int
    minutes_after: int
    before: Decimal
    after: Decimal
    locked: int = 0


class Priced(NamedTuple):
    """An entry with its new price, which is not saved yet, and the price that it had."""

    entry: TimeEntry | Hour
    before: Price


@dataclass
class _Effect:
    """Adds up changes: the minutes of a project at one rate are added before they are priced."""

    changed: int = 0
    locked: int = 0
    before: Counter[tuple[int, Decimal | None]] = field(default_factory=Counter)
    after: Counter[tuple[int, Decimal | None]] = field(default_factory=Counter)

    def add(self, one: Priced) -> None:
        entry, (rate, more, _amount) = one
        self.changed += 1
        self.before[entry.project_id, rate] += entry.minutes + more
        self.after[entry.project_id, entry.hourly_rate] += entry.rounded_minutes

    def result(self) -> Repricing:
        return Repricing(
            self.changed,
            self.before.total(),
            self.after.total(),
            _worth(self.before),
            _worth(self.after),
            self.locked,
        )


def _worth(minutes: Counter[tuple[int, Decimal | None]]) -> Decimal:
    return worth_of_hours((*where, number) for where, number in minutes.items())


@dataclass(frozen=True)
class _Hours:
    """Hours that are priced again: `read` yields them in portions, at their new rate."""

    organisation: Organisation
    rows: RegistrationQuerySet
    rules: Rules
    read: Callable[[RegistrationQuerySet], Iterator[list[Priced]]]

    def changing(self, effect: _Effect) -> Iterator[Priced]:
        """Yield what changes; what would change and is locked is only counted."""
        for portion in self.read(self.rows):
            entries = [one.entry for one in portion]
            round_each(entries, rules=self.rules)
            round_as_of_days(entries, rules=self.rules)
            for one in portion:
                set_amount(one.entry)
                if one.before == _price_of(one.entry):
                    continue
                if is_open(one.entry, self.organisation):
                    yield one
                else:
                    effect.locked += 1

    def preview(self) -> Repricing:
        effect = _Effect()
        for one in self.changing(effect):
            effect.add(one)
        return effect.result()

    @transaction.atomic
    def save(self, on: Project | Organisation, *, by: Membership) -> Repricing:
        self.rows.hold()
        effect = _Effect()
        # Read to the end before the first one is written: one list, of what changes only.
        found = sorted(self.changing(effect), key=lambda one: one.entry.pk)
        done: list[Priced] = []
        for start in range(0, len(found), PORTION):
            portion = found[start : start + PORTION]
            saved = save_rounding([_to_save(one.entry) for one in portion])
            done += [one for one in portion if one.entry.pk in saved]
        effect.locked += len(found) - len(done)
        for one in done:
            effect.add(one)
        if done:
            rows = _rows_to_record(done)
            organisation = self.organisation
            kind, action = Kind.REGISTRATION, Action.PRICED_AGAIN
            record(kind, action, on, organisation=organisation, rows=rows, by=by)
        return effect.result()


def _price_of(entry: TimeEntry | Hour) -> Price:
    return entry.hourly_rate, entry.rounded_by, entry.amount


def _to_save(entry: TimeEntry | Hour) -> TimeEntry:
    return entry.entry() if isinstance(entry, Hour) else entry


def _rows_to_record(done: Sequence[Priced]) -> list[Rows]:
    """Return the entries for the audit trail, together where the same changed."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for entry, (rate, more, _amount) in done:
        groups[rate, entry.hourly_rate, more, entry.rounded_by].append(entry.pk)
    return [
        Rows(
            TimeEntry,
            ids,
            change("hourly_rate", rate, new_rate) | change("rounded_by", more, new_more),
        )
        for (rate, new_rate, more, new_more), ids in groups.items()
    ]


def preview_repricing(project: Project) -> Repricing:
    """Return what reprice_unbilled would do; changes nothing."""
    return _of_project(project).preview()


def reprice_unbilled(project: Project, *, by: Membership, now: datetime.datetime) -> Repricing:
    """Price the open unbilled hours of a project by the rate of each date; log who did it."""
    done = _of_project(project).save(project, by=by)
    log.info("hours.repriced", project=project.pk, by=by.pk, rows=done.changed, at=now.isoformat())
    return done


def preview_rounding(organisation: Organisation) -> Repricing:
    """Return what round_unbilled would do; changes nothing."""
    return _of_organisation(organisation).preview()


def round_unbilled(
    organisation: Organisation, *, by: Membership, now: datetime.datetime
) -> Repricing:
    """Round all open unbilled hours by the rules of today; rates stay. Logs who did it."""
    done = _of_organisation(organisation).save(organisation, by=by)
    log.info("hours.rounded", by=by.pk, rows=done.changed, at=now.isoformat())
    return done


def _of_project(project: Project) -> _Hours:
    rates = RateBook([project])

    def read(rows: RegistrationQuerySet) -> Iterator[list[Priced]]:
        """Yield the entries with their new rates; tasks and employees are needed for them."""
        related = ("project__customer", "task", "membership")
        entries = list(rows.select_related(*related).order_by("pk"))
        portion = [Priced(entry, _price_of(entry)) for entry in entries]
        for entry in entries:
            set_rate(entry, rates=rates)
        yield portion

    organisation = project.organisation
    return _Hours(organisation, project.time_entries.unbilled(), Rules(organisation), read)


def _of_organisation(organisation: Organisation) -> _Hours:
    rows = organisation.time_entries.unbilled().filter(project__method__in=HOURLY)
    return _Hours(organisation, rows, Rules.of_all(organisation), _as_values)


def _as_values(rows: RegistrationQuerySet) -> Iterator[list[Priced]]:
    """Yield the entries as values at the rates that they have.

    They come by day, so that few days are rounded together with those of a portion.
    """
    values = rows.order_by("date", "pk").values_list(*COLUMNS).iterator(chunk_size=PORTION)
    while some := [Hour(*one) for one in islice(values, PORTION)]:
        yield [Priced(hour, _price_of(hour)) for hour in some]
