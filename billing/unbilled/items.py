"""What can be billed, as items, and what items are worth. Reads no database.

An Item is one thing to bill: hours, an expense, a trip, or an agreed amount.

However hours are grouped to lines, the quantities of their lines add up to the same hundredths of
an hour: the presentation of an invoice does not change how many hours are charged. What the lines
come to can differ by some cents, because every line is rounded to the cent (EN 16931 BR-DEC-23).
Only where a project rounds the hours of each line to whole steps, the grouping decides.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from lib.money import ZERO, cents, hours, net_amount
from lib.rounding import Rounding
from vat.totals import divide


class ItemKind(StrEnum):
    """The kind of an item, in the order of an invoice."""

    HOURS = "hours"
    SCHEDULED = "scheduled"
    EXPENSE = "expense"
    TRIP = "trip"


ORDER = {kind: place for place, kind in enumerate(ItemKind)}
# The unit of a line, as stored.
UNITS = {ItemKind.HOURS: "hour", ItemKind.EXPENSE: "piece", ItemKind.TRIP: "km"}


@dataclass(frozen=True)
class PostingRule:
    """The way to book an item: VAT rate, ledger account, cost centre."""

    vat_rate_id: int
    vat_percentage: Decimal
    vat_code: str
    vat_treatment: str
    ledger_account: str
    cost_centre_id: int | None


class Item(NamedTuple):
    """A thing to bill. `quantity` is minutes for hours, kilometres for trips, else a number."""

    kind: ItemKind
    id: int
    project_id: int
    project: str
    task_id: int | None
    task: str
    employee: str
    date: datetime.date
    description: str
    quantity: Decimal
    price: Decimal
    code: str
    # The rule of hours that are rounded as a line.
    rounding: Rounding | None
    posting_rule: PostingRule


@dataclass(frozen=True)
class Quantity:
    """Items of one project and price on one line: their quantity as printed, and their price.

    Hours are in hundredths of an hour, trips in kilometres. `rounded_by` is the number of minutes
    that rounding adds on this line, or takes.
    """

    quantity: Decimal
    price: Decimal
    project_id: int
    rounded_by: int = 0

    @property
    def net(self) -> Decimal:
        """The amount in euros excl. VAT, to the cent."""
        return net_amount(self.quantity, self.price)


# What is added up before it is rounded and priced: kind, project, price, and the item if `alone`.
Key = tuple[ItemKind, int, Decimal, int]


@dataclass
class _Sum:
    """What is added up on a line."""

    quantity: Decimal = Decimal(0)
    rounding: Rounding | None = None


def worth_of(items: Iterable[Item]) -> Decimal:
    """Return what the items are worth in euros excl. VAT by the rule of `lib.money`, as in lists.

    Hours that are rounded as a line are not rounded here.
    """
    plain = [item._replace(rounding=None) for item in items]
    return sum((part.net for part in quantities_of([plain])[0]), ZERO)


def quantities_of(lines: Sequence[Iterable[Item]]) -> list[list[Quantity]]:
    """Return the quantities of each line, given its items.

    The hours of a project at one rate are divided over the lines that they are on: each line gets
    its own hours, at most a hundredth more or less. Hours that are rounded as a line become whole
    steps on each.
    """
    sums = [_sums(items) for items in lines]
    places: dict[Key, list[int]] = defaultdict(list)
    for place, by_key in enumerate(sums):
        for key in by_key:
            places[key].append(place)
    found: list[list[Quantity]] = [[] for _ in sums]
    for key, where in places.items():
        for place, part in zip(where, _parts(key, [sums[one][key] for one in where]), strict=True):
            found[place].append(part)
    return found


def alone(kind: ItemKind, id: int) -> int:
    """The id of what is never added up: an expense or an agreed amount; 0 for the rest."""
    return id if kind in (ItemKind.EXPENSE, ItemKind.SCHEDULED) else 0


def quantity_of(kind: ItemKind, quantity: Decimal) -> Decimal:
    """Return the quantity on a line: minutes as hundredths of an hour, others unchanged."""
    return hours(int(quantity)) if kind is ItemKind.HOURS else quantity


def _sums(items: Iterable[Item]) -> dict[Key, _Sum]:
    sums: dict[Key, _Sum] = defaultdict(_Sum)
    for item in items:
        part = sums[item.kind, item.project_id, item.price, alone(item.kind, item.id)]
        part.quantity += item.quantity
        part.rounding = item.rounding
    return sums


def _parts(key: Key, sums: Sequence[_Sum]) -> list[Quantity]:
    """Return the quantities on several lines of what is added up; they have two decimals."""
    kind, project_id, price, _alone = key
    if kind is not ItemKind.HOURS:
        return [Quantity(cents(one.quantity), price, project_id) for one in sums]
    if rounding := sums[0].rounding:
        return [_rounded(int(one.quantity), rounding, price, project_id) for one in sums]
    total = hours(int(sum(one.quantity for one in sums)))
    parts = divide(total, [one.quantity / 60 for one in sums])
    return [Quantity(part, price, project_id) for part in parts]


def _rounded(minutes: int, rounding: Rounding, price: Decimal, project_id: int) -> Quantity:
    rounded = rounding.of(minutes)
    return Quantity(hours(rounded), price, project_id, rounded - minutes)
