"""From what was done to the lines of an invoice. Pure: no database.

An Item is one thing to bill: hours, an expense, a trip, or an agreed amount. Items of hours and
trips are added up to lines in the way that was chosen; expenses and agreed amounts are a line each.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from integrations.eboekhouden.facts.characters import sendable
from projects.money import hours, net_amount


class Grouping(StrEnum):
    """How hours become lines."""

    DETAILED = "detailed"
    TASK = "task"
    PROJECT = "project"
    EMPLOYEE = "employee"
    DAY = "day"

    @property
    def label(self) -> str:
        return str(GROUPING_LABELS[self])


GROUPING_LABELS = {
    Grouping.DETAILED: gettext_lazy("Detailed"),
    Grouping.TASK: gettext_lazy("By task"),
    Grouping.PROJECT: gettext_lazy("By project"),
    Grouping.EMPLOYEE: gettext_lazy("By employee"),
    Grouping.DAY: gettext_lazy("By day"),
}


class ItemKind(StrEnum):
    """What is billed; the order in which they stand on an invoice."""

    HOURS = "hours"
    TERM = "term"
    EXPENSE = "expense"
    TRIP = "trip"


ORDER = list(ItemKind)
# The product code of a line of several tasks; the service asks for one on every line.
MIXED_CODE = "HOURS"


@dataclass(frozen=True)
class Terms:
    """On which terms something is booked: VAT, ledger account, cost centre."""

    vat_rate_id: int
    vat_percentage: Decimal
    vat_code: str
    vat_treatment: str
    ledger_account: str
    cost_centre_id: int | None


@dataclass(frozen=True)
class Item:
    """One thing to bill. `quantity` is minutes for hours, kilometres for trips, else a number."""

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
    terms: Terms


@dataclass(frozen=True)
class Line:
    """A line as it will be printed and booked: net = quantity × price, to the cent."""

    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    code: str
    project_id: int
    task_id: int | None
    terms: Terms
    items: tuple[Item, ...]

    # A line is taxed as its terms say (see vat.Taxed).
    @property
    def vat_percentage(self) -> Decimal:
        return self.terms.vat_percentage

    @property
    def vat_code(self) -> str:
        return self.terms.vat_code

    @property
    def vat_treatment(self) -> str:
        return self.terms.vat_treatment


def compose(items: Iterable[Item], *, grouping: Grouping) -> tuple[Line, ...]:
    """The lines of one invoice, in the order hours, agreed amounts, expenses, trips; by project."""

    def key(item: Item) -> tuple[object, ...]:
        return _group(item, grouping)

    ordered = sorted(items, key=key)
    return tuple(_line(tuple(group), grouping) for _key, group in groupby(ordered, key=key))


def _group(item: Item, grouping: Grouping) -> tuple[object, ...]:
    """Items with the same key share a line; prices and terms never mix."""
    same_terms = (item.price, item.terms.ledger_account, item.terms.vat_rate_id)
    centre = (item.terms.cost_centre_id or 0,)
    by = _by(item, grouping)
    return (ORDER.index(item.kind), item.project, item.project_id, *by, *same_terms, *centre)


def _by(item: Item, grouping: Grouping) -> tuple[str, int]:
    alone = item.kind in (ItemKind.EXPENSE, ItemKind.TERM) or grouping is Grouping.DETAILED
    if alone:
        return item.date.isoformat(), item.id
    if item.kind is ItemKind.TRIP:
        return "", 0
    match grouping:
        case Grouping.TASK:
            return item.task, item.task_id or 0
        case Grouping.EMPLOYEE:
            return item.employee, 0
        case Grouping.DAY:
            return item.date.isoformat(), 0
    return "", 0


def _line(items: tuple[Item, ...], grouping: Grouping) -> Line:
    first = items[0]
    total = sum((item.quantity for item in items), Decimal(0))
    quantity = hours(int(total)) if first.kind is ItemKind.HOURS else total
    task_ids = {item.task_id for item in items}
    codes = {item.code for item in items}
    return Line(
        description=sendable(_description(items, grouping), multiline=True),
        quantity=quantity,
        unit={ItemKind.HOURS: "hour", ItemKind.EXPENSE: "piece"}.get(first.kind, ""),
        price=first.price,
        net=net_amount(quantity, first.price),
        code=first.code if len(codes) == 1 else MIXED_CODE,
        project_id=first.project_id,
        task_id=first.task_id if len(task_ids) == 1 else None,
        terms=first.terms,
        items=items,
    )


def _description(items: tuple[Item, ...], grouping: Grouping) -> str:
    first = items[0]
    match first.kind:
        case ItemKind.HOURS:
            return _hours_description(first, grouping)
        case ItemKind.TRIP:
            return _trip_description(items)
        case ItemKind.EXPENSE:
            return f"{first.description or first.task}, {first.date:%d-%m-%Y}"
    return first.description


def _hours_description(item: Item, grouping: Grouping) -> str:
    match grouping:
        case Grouping.TASK:
            return f"{item.project} · {item.task}"
        case Grouping.EMPLOYEE:
            return f"{item.project} · {item.employee}"
        case Grouping.DAY:
            return f"{item.project} · {item.date:%d-%m-%Y}"
        case Grouping.DETAILED:
            what = f"{item.project} · {item.task}"
            note = f": {item.description}" if item.description else ""
            return f"{item.date:%d-%m-%Y} · {item.employee} · {what}{note}"
    return item.project


def _trip_description(items: tuple[Item, ...]) -> str:
    kilometres = int(sum(item.quantity for item in items))
    if len(items) == 1:
        return f"{items[0].description}, {items[0].date:%d-%m-%Y}"
    count = ngettext("%(count)d trip", "%(count)d trips", len(items)) % {"count": len(items)}
    return _("Travel expenses, %(km)d km (%(count)s)") % {"km": kilometres, "count": count}
