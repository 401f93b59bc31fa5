"""Compose the lines of an invoice from items. Reads no database.

Items of hours and trips are added up to lines in the way that was chosen; expenses and agreed
amounts are a line each, unless everything is to be one line.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from accounts.models import Language
from integrations.eboekhouden.facts.characters import sendable
from lib.formats import weeks
from lib.kilometres import kilometres
from lib.money import ZERO, net_amount
from vat.treatments import rate_label

from .items import ORDER, UNITS, Item, ItemKind, PostingRule, Quantity, alone, quantities_of


class Grouping(StrEnum):
    """The way in which hours become lines."""

    DETAILED = "detailed"
    TASK = "task"
    PROJECT = "project"
    EMPLOYEE = "employee"
    DAY = "day"
    WHOLE = "whole"


GROUPING_LABELS = {
    Grouping.DETAILED: gettext_lazy("Detailed"),
    Grouping.TASK: gettext_lazy("By task"),
    Grouping.PROJECT: gettext_lazy("By project"),
    Grouping.EMPLOYEE: gettext_lazy("By employee"),
    Grouping.DAY: gettext_lazy("By day"),
    Grouping.WHOLE: gettext_lazy("One line"),
}
# The product code of a line of several tasks; the service asks for one on every line.
MIXED_CODE = "HOURS"
# Up to this number of projects a line names them; for more it has their number.
MOST_NAMED = 3


@dataclass(frozen=True)
class Line:
    """A line as it will be printed and booked: net = quantity × price, to the cent."""

    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    net: Decimal
    code: str
    project_id: int | None
    task_id: int | None
    posting_rule: PostingRule
    items: tuple[Item, ...]
    discount: Decimal = ZERO
    # Of hours rounded as this line: project, price and the minutes that this adds.
    rounding: tuple[tuple[int, str, int], ...] = ()
    # The description by language, if it differs.
    texts: Mapping[str, str] = field(default_factory=dict)

    # A line is taxed and booked by its posting rule (see vat.Taxed, composing.Priced).
    @property
    def vat_percentage(self) -> Decimal:
        return self.posting_rule.vat_percentage

    @property
    def vat_code(self) -> str:
        return self.posting_rule.vat_code

    @property
    def vat_treatment(self) -> str:
        return self.posting_rule.vat_treatment

    @property
    def rate_label(self) -> str:
        """The rate as it is printed: 21%, or the treatment where there is no VAT."""
        return rate_label(self.vat_treatment, self.vat_percentage)

    @property
    def ledger_account(self) -> str:
        return self.posting_rule.ledger_account

    @property
    def cost_centre_id(self) -> int | None:
        return self.posting_rule.cost_centre_id


def compose(
    items: Iterable[Item], *, grouping: Grouping, with_week: bool = False
) -> tuple[Line, ...]:
    """Return the lines of one invoice: hours, agreed amounts, expenses, trips; by project.

    `with_week` adds the weeks of hours and trips to the description.
    """
    by_key: dict[tuple[Any, ...], list[Item]] = defaultdict(list)
    for item in items:
        by_key[_group(item, grouping)].append(item)
    groups = [tuple(by_key[key]) for key in sorted(by_key)]
    texts = _texts(groups, grouping, with_week=with_week)
    return tuple(map(partial(_line, grouping=grouping), groups, quantities_of(groups), texts))


def _group(item: Item, grouping: Grouping) -> tuple[object, ...]:
    """Return the key by which items share a line; posting rules never mix, prices only in WHOLE."""
    account, centre = item.posting_rule.ledger_account, item.posting_rule.cost_centre_id or 0
    if grouping is Grouping.WHOLE:
        return (-item.posting_rule.vat_percentage, account, item.posting_rule.vat_rate_id, centre)
    same_rule = (item.price, account, item.posting_rule.vat_rate_id, centre)
    by = _by(item, grouping)
    return (ORDER[item.kind], item.project, item.project_id, *by, *same_rule)


def _by(item: Item, grouping: Grouping) -> tuple[str, int]:
    if alone(item.kind, item.id) or grouping is Grouping.DETAILED:
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


def _line(
    items: tuple[Item, ...],
    quantities: list[Quantity],
    texts: dict[str, str],
    *,
    grouping: Grouping,
) -> Line:
    first = items[0]
    quantity, unit, price = _priced(items[0].kind, quantities, grouping)
    projects = {item.project_id for item in items}
    task_ids = {item.task_id for item in items}
    codes = {item.code for item in items}
    return Line(
        description=texts[(get_language() or "en")[:2]],
        texts=texts if len(set(texts.values())) > 1 else {},
        quantity=quantity,
        unit=unit,
        price=price,
        net=net_amount(quantity, price),
        code=first.code if len(codes) == 1 else MIXED_CODE,
        project_id=first.project_id if len(projects) == 1 else None,
        task_id=first.task_id if len(task_ids) == 1 else None,
        posting_rule=first.posting_rule,
        items=items,
        rounding=tuple(
            (one.project_id, str(one.price), one.rounded_by) for one in quantities if one.rounded_by
        ),
    )


def _priced(
    kind: ItemKind, quantities: list[Quantity], grouping: Grouping
) -> tuple[Decimal, str, Decimal]:
    """Return quantity, unit and price; one line for all items is once their total."""
    if grouping is Grouping.WHOLE:
        return Decimal("1.00"), "", sum((part.net for part in quantities), ZERO)
    (part,) = quantities
    return part.quantity, UNITS.get(kind, ""), part.price


# --- Texts ----------------------------------------------------------------------------------------


def _texts(
    groups: list[tuple[Item, ...]], grouping: Grouping, *, with_week: bool
) -> list[dict[str, str]]:
    """Return the description of each line in every language of invoices."""
    found: list[dict[str, str]] = [{} for _ in groups]
    for language in Language.values:
        with override(language):
            for items, texts in zip(groups, found, strict=True):
                text = _description(items, grouping) + (_week(items) if with_week else "")
                texts[language] = sendable(text, multiline=True)
    return found


def _week(items: Iterable[Item]) -> str:
    """Return ` · week 47 2026` for hours and trips; empty for expenses and agreed amounts."""
    days = [item.date for item in items if item.kind in (ItemKind.HOURS, ItemKind.TRIP)]
    return f" · {weeks(min(days), max(days))}" if days else ""


def _description(items: tuple[Item, ...], grouping: Grouping) -> str:
    first = items[0]
    if grouping is Grouping.WHOLE:
        return _projects(items)
    match first.kind:
        case ItemKind.HOURS:
            return _hours_description(first, grouping)
        case ItemKind.TRIP:
            return _trip_description(items)
        case ItemKind.EXPENSE:
            return f"{first.description or first.task}, {first.date:%d-%m-%Y}"
    return first.description


def _projects(items: Iterable[Item]) -> str:
    names = sorted({item.project_id: item.project for item in items}.values())
    if len(names) > MOST_NAMED:
        return _("Work for %(count)d projects") % {"count": len(names)}
    return ", ".join(names)


def _hours_description(item: Item, grouping: Grouping) -> str:
    match grouping:
        case Grouping.TASK:
            return f"{item.project} · {item.task}"
        case Grouping.EMPLOYEE:
            return f"{item.project} · {item.employee}"
        case Grouping.DAY:
            return f"{item.project} · {item.date:%d-%m-%Y}"
        case Grouping.DETAILED:
            subject = f"{item.project} · {item.task}"
            note = f": {item.description}" if item.description else ""
            return f"{item.date:%d-%m-%Y} · {item.employee} · {subject}{note}"
    return item.project


def _trip_description(items: tuple[Item, ...]) -> str:
    if len(items) == 1:
        return f"{items[0].description}, {items[0].date:%d-%m-%Y}"
    count = ngettext("%(count)d trip", "%(count)d trips", len(items)) % {"count": len(items)}
    total = kilometres(sum((item.quantity for item in items), ZERO))
    return _("Travel expenses, %(km)s km (%(count)s)") % {"km": total, "count": count}
