"""Price unbilled hours again: those of a project by its rates, and all by the rule of rounding.

What was submitted or approved, or is of a closed period, keeps its price, and so does what is on an
invoice.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import structlog
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Membership, Organisation
from audit.changes import change
from audit.kinds import Action, Kind
from audit.recording import Rows, record
from projects.models import Project
from projects.models.project import HOURLY
from projects.rates import RateBook

from ..models import TimeEntry
from .pricing import set_rate, worth_of_hours
from .rounding import is_open, round_as_of_days, round_each, save_rounding, set_amount

log = structlog.get_logger(__name__)
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

    @classmethod
    def of(cls, found: Sequence[tuple[TimeEntry, Price]], *, locked: int) -> Self:
        """Add up entries, each with the price that it had."""
        old = [
            (entry.project_id, rate, entry.minutes + more) for entry, (rate, more, _euros) in found
        ]
        new = [(one.project_id, one.hourly_rate, one.rounded_minutes) for one, _before in found]
        return cls(
            len(found),
            sum(minutes for _project, _rate, minutes in old),
            sum(minutes for _project, _rate, minutes in new),
            worth_of_hours(old),
            worth_of_hours(new),
            locked,
        )


@dataclass(frozen=True)
class _Hours:
    """Hours that are priced again, and how."""

    organisation: Organisation
    rows: QuerySet[TimeEntry]
    price: Callable[[TimeEntry], object]

    def repriced(self) -> tuple[list[tuple[TimeEntry, Price]], int]:
        """Return the entries that change, with their former price; and how many are locked."""
        related = ("project__customer", "task", "membership")
        entries = list(self.rows.select_related(*related).order_by("pk"))
        before = {one.pk: (one.hourly_rate, one.rounded_by, one.amount) for one in entries}
        for entry in entries:
            self.price(entry)
        round_each(entries, organisation=self.organisation)
        round_as_of_days(entries, organisation=self.organisation)
        changed, locked = [], 0
        for entry in entries:
            set_amount(entry)
            if before[entry.pk] == (entry.hourly_rate, entry.rounded_by, entry.amount):
                continue
            if is_open(entry, self.organisation):
                changed.append((entry, before[entry.pk]))
            else:
                locked += 1
        return changed, locked

    def preview(self) -> Repricing:
        changed, locked = self.repriced()
        return Repricing.of(changed, locked=locked)

    @transaction.atomic
    def save(self, on: Project | Organisation, *, by: Membership) -> Repricing:
        self.rows.hold()  # type: ignore[attr-defined]
        changed, locked = self.repriced()
        saved = save_rounding([entry for entry, _before in changed])
        done = [(entry, before) for entry, before in changed if entry.pk in saved]
        if done:
            rows = _rows_to_record(done)
            organisation = self.organisation
            kind, action = Kind.REGISTRATION, Action.PRICED_AGAIN
            record(kind, action, on, organisation=organisation, rows=rows, by=by)
        return Repricing.of(done, locked=locked + len(changed) - len(done))


def _rows_to_record(done: Sequence[tuple[TimeEntry, Price]]) -> list[Rows]:
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
    rows = project.time_entries.unbilled()
    return _Hours(project.organisation, rows, lambda entry: set_rate(entry, rates=rates))


def _of_organisation(organisation: Organisation) -> _Hours:
    rows = organisation.time_entries.unbilled().filter(project__method__in=HOURLY)
    return _Hours(organisation, rows, lambda entry: None)
