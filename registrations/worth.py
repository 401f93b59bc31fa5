"""The worth of a set of registrations, and their number, minutes and days, by group.

One rule for hours (`lib.money.worth_of_minutes`): the minutes of a project at one rate are added,
each row as its project rounds it, before they become hundredths of an hour and are priced. The
kilometres of billable trips of a project at one rate are added before they are priced too, as on an
invoice line. A set is therefore worth some cents more or less than the amounts of its rows.
Expenses are added up.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Max, Min, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from lib.sums import (
    WHOLE,
    cents_of_kilometres,
    cents_of_minutes,
    in_euros,
    sum_in_cents,
    tenths_of_kilometres,
)

NOTHING = Value(0, WHOLE)


@dataclass(slots=True)
class Worth:
    """Rows of one group: their number, days, and worth in cents excl. VAT.

    Hours have minutes as worked, and what rounding adds to them; trips tenths of a kilometre.
    """

    count: int = 0
    minutes: int = 0
    rounded_by: int = 0
    tenths: int = 0
    cents: int = 0
    first: datetime.date = datetime.date.max
    last: datetime.date = datetime.date.min

    @property
    def amount(self) -> Decimal:
        """The worth in euros excl. VAT."""
        return in_euros(self.cents)

    @property
    def rounded_minutes(self) -> int:
        """The minutes that are priced."""
        return self.minutes + self.rounded_by

    @property
    def kilometres(self) -> Decimal:
        """The kilometres, with one decimal."""
        return Decimal(self.tenths) / 10

    def add(self, other: "Worth") -> None:
        """Add the rows of one project, and for hours of one rate."""
        self.count += other.count
        self.minutes += other.minutes
        self.rounded_by += other.rounded_by
        self.tenths += other.tenths
        self.cents += other.cents
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)


# The columns of a group: the fields of `Worth`, in their order.
FIGURES = ("n", "minutes_sum", "rounded_sum", "tenths_sum", "cents")
DAYS = ("first", "last")


def worth_by_kind(
    kinds: Mapping[str, QuerySet[Any]], *names: str, with_days: bool = False
) -> dict[str, dict[tuple[Any, ...], Worth]]:
    """Return the same for registrations of several kinds, all in one query.

    The first and last day are found only on request: of many rows that takes as long as the sums.
    """
    found: dict[str, dict[tuple[Any, ...], Worth]] = {kind: defaultdict(Worth) for kind in kinds}
    figures = (*FIGURES, *DAYS) if with_days else FIGURES
    first, *others = (
        _grouped(rows, names, figures)
        .annotate(kind=Value(kind))
        .values_list("kind", *names, *figures)
        for kind, rows in kinds.items()
    )
    for kind, *row in first.union(*others, all=True):
        found[kind][tuple(row[: len(names)])].add(Worth(*row[len(names) :]))
    return found


def worth_by(rows: QuerySet[Any], *names: str) -> dict[tuple[Any, ...], Worth]:
    """Return what registrations are worth by the values of these fields, in one query."""
    found: dict[tuple[Any, ...], Worth] = defaultdict(Worth)
    figures = (*FIGURES, *DAYS)
    for row in _grouped(rows, names, figures).values_list(*names, *figures):
        found[row[: len(names)]].add(Worth(*row[len(names) :]))
    return found


def worth_of(rows: QuerySet[Any]) -> Worth:
    """Return what all these registrations are worth; the database adds up the groups too."""
    sums = _sums(rows)
    totals = {f"{name}_total": Sum(name) for name in sums}
    found = rows.order_by().values(*_keys(rows)).annotate(**sums).aggregate(**totals)
    figures = [found.get(f"{name}_total") or 0 for name in FIGURES]
    count, minutes, rounded_by, tenths, cents = figures
    return Worth(count, minutes, rounded_by, tenths, cents)


def groups_of(rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Yield what is added up before it is rounded and priced: by project and rate."""
    yield from rows.order_by().values(*_keys(rows)).annotate(**_sums(rows))


def _grouped(
    rows: QuerySet[Any], names: tuple[str, ...], figures: tuple[str, ...]
) -> QuerySet[Any]:
    """Return the groups of one kind with the columns that the groups of every kind have."""
    sums = dict.fromkeys(FIGURES, NOTHING) | _sums(rows)
    sums["cents"] = Coalesce(sums["cents"], NOTHING, output_field=WHOLE)
    if DAYS[0] in figures:
        sums |= {"first": Min("date"), "last": Max("date")}
    return rows.order_by().values(*dict.fromkeys([*names, *_keys(rows)])).annotate(**sums)


def _sums(rows: QuerySet[Any]) -> dict[str, Any]:
    """Return what is added up of one kind; hours without a rate have no cents."""
    sums: dict[str, Any] = {"n": Count("*")}
    if _is_trips(rows):
        tenths = tenths_of_kilometres("distance")
        worth = Case(When(is_billable=True, then=cents_of_kilometres(tenths, "rate")), default=0)
        return {**sums, "tenths_sum": tenths, "cents": worth}
    if not _is_hours(rows):
        return {**sums, "cents": sum_in_cents("amount")}
    minutes, rounded_by = Sum("minutes"), Sum("rounded_by")
    return {
        **sums,
        "minutes_sum": minutes,
        "rounded_sum": rounded_by,
        "cents": cents_of_minutes(minutes + rounded_by, "hourly_rate"),
    }


def _keys(rows: QuerySet[Any]) -> tuple[str, ...]:
    if _is_trips(rows):
        return ("project", "rate", "is_billable")
    return ("project", "hourly_rate") if _is_hours(rows) else ("project",)


def _is_hours(rows: QuerySet[Any]) -> bool:
    return hasattr(rows.model, "minutes")


def _is_trips(rows: QuerySet[Any]) -> bool:
    return hasattr(rows.model, "distance")
