"""What can be billed, as items, and what items are worth. Reads no database.

An Item is one thing to bill: hours, an expense, a trip, or an agreed amount.

However hours are grouped to lines, the quantities of their lines add up to the same hundredths of
an hour: the presentation of an invoice does not change how many hours are charged. What the lines
come to can differ by some cents, because every line is rounded to the cent (EN 16931 BR-DEC-23).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from lib.money import ZERO, cents, hours, net_amount
from vat.totals import divide


class ItemKind(StrEnum):
    """The kind of an item, in the order of an invoice."""

    HOURS = "hours"
    SCHEDULED = "scheduled"
    EXPENSE = "expense"
    TRIP = "trip"


ORDER = list(ItemKind)
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
    posting_rule: PostingRule


@dataclass(frozen=True)
class Quantity:
    """Items of one project and price on one line: their quantity as printed, and their price.

    Hours are in hundredths of an hour, trips in kilometres.
    """

    quantity: Decimal
    price: Decimal

    @property
    def net(self) -> Decimal:
        """The amount in euros excl. VAT, to the cent."""
        return net_amount(self.quantity, self.price)


# What is added up before it is rounded and priced: kind, project, price, and the item if `alone`.
Key = tuple[ItemKind, int, Decimal, int]


def worth_of(items: Iterable[Item]) -> Decimal:
    """Return what the items are worth in euros excl. VAT, by the rule of `lib.money`."""
    return sum((part.net for part in quantities_of([list(items)])[0]), ZERO)


def quantities_of(lines: Sequence[Iterable[Item]]) -> list[list[Quantity]]:
    """Return the quantities of each line, given its items.

    The hours of a project at one rate are divided over the lines that they are on: each line gets
    its own hours, at most a hundredth more or less.
    """
    sums = [_sums(items) for items in lines]
    places: dict[Key, list[int]] = defaultdict(list)
    for place, by_key in enumerate(sums):
        for key in by_key:
            places[key].append(place)
    found: list[list[Quantity]] = [[] for _ in sums]
    for key, where in places.items():
        parts = _divided(key[0], [sums[place][key] for place in where])
        for place, quantity in zip(where, parts, strict=True):
            found[place].append(Quantity(quantity, key[2]))
    return found


def alone(kind: ItemKind, id: int) -> int:
    """The id of what is never added up: an expense or an agreed amount; 0 for the rest."""
    return id if kind in (ItemKind.EXPENSE, ItemKind.SCHEDULED) else 0


def quantity_of(kind: ItemKind, quantity: Decimal) -> Decimal:
    """Return the quantity on a line: minutes as hundredths of an hour, others unchanged."""
    return hours(int(quantity)) if kind is ItemKind.HOURS else quantity


def _sums(items: Iterable[Item]) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.kind, item.project_id, item.price, alone(item.kind, item.id)] += item.quantity
    return sums


def _divided(kind: ItemKind, quantities: Sequence[Decimal]) -> list[Decimal]:
    """Return quantities of two decimals, as stored lines have; minutes become hours."""
    if kind is not ItemKind.HOURS:
        return [cents(quantity) for quantity in quantities]
    return divide(hours(int(sum(quantities))), [minutes / 60 for minutes in quantities])
