"""The worth of a set of registrations, and their number, minutes and days, by group.

One rule for hours (`lib.money.worth_of_minutes`): the minutes of a project at one rate are added
before they are rounded to hundredths of an hour and priced. A set of hours is therefore worth some
cents more or less than the amounts of its rows. Expenses and trips are added up.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Count,
    DecimalField,
    Max,
    Min,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast

from lib.money import ZERO, worth_of_minutes
from lib.sums import in_euros, sum_in_cents


@dataclass
class Worth:
    """Rows of one group: their number, days, and worth in euros excl. VAT.

    Hours have minutes, trips kilometres.
    """

    count: int = 0
    minutes: int = 0
    kilometres: int = 0
    amount: Decimal = ZERO
    first: datetime.date = datetime.date.max
    last: datetime.date = datetime.date.min

    def add(self, row: dict[str, Any]) -> None:
        """Add the rows of one project, and for hours of one rate."""
        minutes = row.get("minutes_sum", 0)
        self.count += row["count"]
        self.minutes += minutes
        self.kilometres += row.get("kilometres_sum", 0)
        self.first = min(self.first, row["first"])
        self.last = max(self.last, row["last"])
        if "hourly_rate" in row:
            self.amount += worth_of_minutes(minutes, row["hourly_rate"])
        else:
            self.amount += in_euros(row["cents"])


def worth_by_kind(
    kinds: Mapping[str, QuerySet[Any]], *names: str
) -> dict[str, dict[tuple[Any, ...], Worth]]:
    """Return the same for registrations of several kinds, all in one query."""
    found: dict[str, dict[tuple[Any, ...], Worth]] = {kind: defaultdict(Worth) for kind in kinds}
    first, *others = (_alike(kind, rows, names) for kind, rows in kinds.items())
    for row in first.union(*others, all=True):
        is_hours = row.pop("is_hours")
        if not is_hours:
            row.pop("hourly_rate")
        found[row.pop("kind")][tuple(row[name] for name in names)].add(row)
    return found


def _alike(kind: str, rows: QuerySet[Any], names: tuple[str, ...]) -> QuerySet[Any]:
    """Return the groups of one kind with the columns that the groups of every kind have."""
    is_hours = hasattr(rows.model, "minutes")
    none = {
        "minutes_sum": Value(0, BigIntegerField()),
        "kilometres_sum": Value(0, BigIntegerField()),
        "cents": Value(0, BigIntegerField()),
        "hourly_rate": Cast(Value(None), DecimalField(max_digits=8, decimal_places=2)),
    }
    groups = _grouped(rows, names)
    present = groups.query.annotations.keys() | ({"hourly_rate"} if is_hours else set())
    lacking = {name: value for name, value in none.items() if name not in present}
    groups = groups.annotate(kind=Value(kind), is_hours=Value(is_hours, BooleanField()), **lacking)
    columns = ("kind", "is_hours", *none, *names, "project", "count", "first", "last")
    return groups.values(*dict.fromkeys(columns))


def worth_by(rows: QuerySet[Any], *names: str) -> dict[tuple[Any, ...], Worth]:
    """Return what registrations are worth by the values of these fields, in one query."""
    found: dict[tuple[Any, ...], Worth] = defaultdict(Worth)
    for row in groups_of(rows, *names):
        found[tuple(row[name] for name in names)].add(row)
    return found


def groups_of(rows: QuerySet[Any], *names: str) -> Iterator[dict[str, Any]]:
    """Yield what is added up before it is rounded and priced: by project, and hours by rate."""
    yield from _grouped(rows, names)


def _grouped(rows: QuerySet[Any], names: tuple[str, ...]) -> QuerySet[Any]:
    is_hours = hasattr(rows.model, "minutes")
    keys = dict.fromkeys([*names, "project", *(["hourly_rate"] if is_hours else [])])
    total = {"minutes_sum": Sum("minutes")} if is_hours else {"cents": sum_in_cents("amount")}
    if hasattr(rows.model, "distance"):
        total |= {"kilometres_sum": Sum("distance")}
    groups = rows.order_by().values(*keys)
    return groups.annotate(count=Count("*"), first=Min("date"), last=Max("date"), **total)
