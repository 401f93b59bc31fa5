"""What a change of a rate does to the rows of its dates: each before and after, and what stays.

Rows that are billed or on a draft, submitted or approved, in a closed period, or that have a price
of their own keep what they have. `rate_changes.py` writes what is computed here.
"""

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.functional import cached_property

from accounts.models import Membership, Organisation
from customers.models import Customer
from lib.money import ZERO, net_amount, worth_of_minutes
from projects.dated_rates import RateEdit, TripRates, rates_of
from projects.models import Method, Project, ProjectMember, ProjectTask, Task
from projects.rates import RateBook

from ..models import DRAFT, RegistrationQuerySet, TimeEntry, Trip
from .pricing import worth_of_hours, worth_of_trips

SALT = "registrations.rate_changes"


@dataclass(frozen=True)
class TouchedRow:
    """A row that gets another rate: euros an hour or a kilometre, and what it is worth alone."""

    row: Any
    rate_before: Decimal | None
    rate_after: Decimal | None
    amount_after: Decimal

    @property
    def difference(self) -> Decimal:
        """Return the change of its amount in euros excl. VAT."""
        amount: Decimal = self.amount_after - self.row.amount
        return amount


@dataclass(frozen=True)
class Billed:
    """Rows that keep their price because they are on an invoice; a draft has no number."""

    number: str
    is_draft: bool
    count: int
    minutes: int


@dataclass(frozen=True)
class Effect:
    """What a change of a rate does to the rows of its dates, and what it leaves alone."""

    edit: RateEdit
    rows: tuple[TouchedRow, ...] = ()
    own_price: tuple[Any, ...] = ()
    locked: tuple[Any, ...] = ()
    billed: tuple[Billed, ...] = ()

    @property
    def is_of_trips(self) -> bool:
        return self.edit.subject.name == "trip_settings"

    @property
    def count(self) -> int:
        """Return the number of rows that change."""
        return len(self.rows)

    @property
    def unbilled(self) -> int:
        """Return the number of unbilled rows, also those that keep their price."""
        return len(self.rows) + len(self.own_price) + len(self.locked)

    @property
    def billed_count(self) -> int:
        """Return the number of rows that are on an invoice, drafts too."""
        return sum(one.count for one in self.billed)

    @property
    def quantity(self) -> Decimal | int:
        """Return the minutes, or the kilometres, of the rows that change."""
        return sum(one.row.distance if self.is_of_trips else one.row.minutes for one in self.rows)

    @cached_property
    def before(self) -> Decimal:
        """Return what the rows are worth together now, in euros excl. VAT."""
        if self.is_of_trips:
            return worth_of_trips((one.row, one.row.rate) for one in self.rows)
        return worth_of_hours(
            (one.row.project_id, one.rate_before, one.row.rounded_minutes) for one in self.rows
        )

    @cached_property
    def after(self) -> Decimal:
        """Return what the rows will be worth together, in euros excl. VAT."""
        if self.is_of_trips:
            return worth_of_trips((one.row, one.rate_after) for one in self.rows)
        return worth_of_hours(
            (one.row.project_id, one.rate_after, one.row.rounded_minutes) for one in self.rows
        )

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @cached_property
    def digest(self) -> str:
        """Return a fingerprint of the change and of each row that it changes."""
        edit = self.edit
        parts = [
            f"{edit.subject} {edit.removes} {edit.from_on} {edit.rate}",
            *(
                f"{one.row.pk} {one.row.amount} {one.rate_before} {one.rate_after}"
                for one in self.rows
            ),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def token(self) -> str:
        """Return the signed fingerprint, which the form of the dialog carries."""
        return signing.dumps(self.digest, salt=SALT)

    def fits(self, token: str) -> bool:
        """Return whether the token was signed for this effect."""
        try:
            return bool(signing.loads(token, salt=SALT) == self.digest)
        except signing.BadSignature:
            return False


def effect_of(row: models.Model, edit: RateEdit, *, organisation: Organisation) -> Effect:
    """Return what a change of the sales rate of an object does; changes nothing.

    The number of queries does not grow with the rows.
    """
    days = days_of(edit)
    if not days:
        return Effect(edit)
    rows = rows_of(row).filter(days)
    unbilled = list(rows.unbilled().select_related("project", "membership__user", *_more(rows)))
    changed, own, locked = [], [], []
    for entry, before, after in _rates_of(unbilled, edit, organisation):
        has = entry.rate if isinstance(entry, Trip) else entry.hourly_rate
        if before == after or has == after:
            continue
        if entry.is_decided or _is_closed(entry, organisation):
            locked.append(entry)
        elif has is not None and has != before:
            own.append(entry)
        else:
            changed.append(TouchedRow(entry, has, after, amount_of(entry, after)))
    billed = tuple(_billed(rows.exclude(invoice_line=None)))
    return Effect(edit, tuple(changed), tuple(own), tuple(locked), billed)


def _is_closed(entry: Any, organisation: Organisation) -> bool:
    return bool(organisation.closed_until and entry.date <= organisation.closed_until)


def rows_of(row: models.Model) -> RegistrationQuerySet:
    """Return the registrations that the rate of an object can price, billed ones too."""
    hours = TimeEntry.objects.all()
    own: models.QuerySet[Any]
    match row:
        case Task():
            own = ProjectTask.objects.filter(project=OuterRef("project"), task=OuterRef("task"))
            rows = hours.filter(task=row, project__method=Method.TASK_RATE)
        case Membership():
            own = ProjectMember.objects.filter(
                project=OuterRef("project"), membership=OuterRef("membership")
            )
            rows = hours.filter(membership=row, project__method=Method.EMPLOYEE_RATE)
        case Project():
            return hours.filter(project=row, project__method=Method.PROJECT_RATE)
        case ProjectTask():
            at = {"project": row.project_id, "task": row.task_id}
            return hours.filter(**at, project__method=Method.TASK_RATE)
        case ProjectMember():
            at = {"project": row.project_id, "membership": row.membership_id}
            return hours.filter(**at, project__method=Method.EMPLOYEE_RATE)
        case Customer():
            return hours.filter(project__customer=row, project__method=Method.CUSTOMER_RATE)
        case _:
            trips = Trip.objects.filter(organisation=row.organisation_id)  # type: ignore[attr-defined]
            return trips.filter(is_billable=True)
    # A rate on the project from the beginning goes before the one in general.
    return rows.exclude(Exists(own.filter(hourly_rate__isnull=False)))


def days_of(edit: RateEdit) -> Q:
    """Return the condition of the days on which the change gives the subject another rate."""
    before = [(one.from_on, one.rate) for one in rates_of(edit.subject)]
    after = [
        (from_on, rate)
        for _subject, from_on, rate in sorted(
            edit.applied((edit.subject, from_on, rate) for from_on, rate in before)
        )
    ]
    days = sorted({from_on for from_on, _rate in [*before, *after]})
    found = Q()
    for first, until in zip(days, [*days[1:], None], strict=True):
        if _last(before, first) != _last(after, first):
            found |= Q(date__gte=first, date__lt=until) if until else Q(date__gte=first)
    return found


def _last(rates: Iterable[tuple[datetime.date, Decimal]], day: datetime.date) -> Decimal | None:
    return next((rate for from_on, rate in sorted(rates, reverse=True) if from_on <= day), None)


def _rates_of(
    rows: Sequence[Any], edit: RateEdit, organisation: Organisation
) -> Iterator[tuple[Any, Decimal | None, Decimal | None]]:
    """Yield each row with the rate of its date before and after the change."""
    if edit.subject.name == "trip_settings":
        trips = [TripRates(organisation.pk, edit=one) for one in (None, edit)]
        for row in rows:
            yield row, trips[0].at(row.date), trips[1].at(row.date)
        return
    projects = {row.project_id: row.project for row in rows}
    book = RateBook(projects.values())
    books = [book, book.edited(edit)]
    for row in rows:
        work = {"project": row.project, "task": row.task, "membership": row.membership}
        choice = {"day": row.date, "is_chosen": bool(row.billable_choice)}
        before, after = (book.hourly_rate(**work, **choice) for book in books)
        yield row, before, after


def _more(rows: RegistrationQuerySet) -> list[str]:
    return [] if rows.model is Trip else ["task"]


def amount_of(row: Any, rate: Decimal | None) -> Decimal:
    if isinstance(row, Trip):
        return net_amount(Decimal(row.distance), rate or ZERO)
    return worth_of_minutes(row.rounded_minutes, rate)


def _billed(rows: RegistrationQuerySet) -> Iterator[Billed]:
    is_trips = rows.model is Trip
    groups = rows.order_by().values(
        "invoice_line__invoice__number", "invoice_line__invoice__status"
    )
    total = Sum("distance" if is_trips else "minutes")
    for group in groups.annotate(count=Count("*"), total=total).order_by(
        "invoice_line__invoice__number"
    ):
        is_draft = group["invoice_line__invoice__status"] == DRAFT
        number = group["invoice_line__invoice__number"]
        yield Billed(number, is_draft, group["count"], 0 if is_trips else group["total"])
