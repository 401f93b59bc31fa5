"""A time sheet for a customer: hours in h:mm and in decimals, with sums per task.

Hours are those that were worked; where rounding charges other ones, these stand beside them. The
decimal hours of a sum come from its minutes, so they may differ by some hundredths from the sum of
the rounded rows. Amounts follow `registrations/worth.py`, as an invoice does.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, full_name
from customers.models import Customer
from lib.formats import amount, day
from lib.money import ZERO, hours
from lib.spreadsheets import Cell
from lib.times import format_clock, format_duration
from registrations.models import RegistrationQuerySet
from registrations.worth import Worth, worth_by

COLUMNS = {
    "employee": gettext_lazy("Employee"),
    "project": gettext_lazy("Project"),
    "task": gettext_lazy("Task"),
    "times": gettext_lazy("Time"),
    "description": gettext_lazy("Description"),
}
FIELDS = (
    "date",
    "membership__user__first_name",
    "membership__user__last_name",
    "membership__user__email",
    "project__name",
    "task__name",
    "started_at",
    "ended_at",
    "description",
    "minutes",
    "rounded_by",
    "amount",
)


@dataclass(frozen=True)
class TimeSheet:
    """What was asked: whose hours, of which days, and what is shown of them."""

    customer: Customer
    rows: RegistrationQuerySet
    first: datetime.date
    last: datetime.date
    by: Membership
    columns: tuple[str, ...]
    with_amounts: bool = False
    with_signature: bool = True

    @cached_property
    def with_rounded(self) -> bool:
        """Whether other minutes are charged than were worked."""
        return self.rows.exclude(rounded_by=0).exists()

    def lines(self) -> Iterator["Line"]:
        """Yield the hours, by day, person and order of registration."""
        ordered = self.rows.order_by(
            "date", "membership__user__first_name", "membership__user__last_name", "pk"
        )
        for values in ordered.values_list(*FIELDS).iterator(chunk_size=2_000):
            yield Line.of(values)

    def total(self) -> "Sum":
        """Return the sum of all rows."""
        (found, *_others) = [*self._sums(), Sum("", 0, 0, ZERO)]
        return found

    def by_task(self) -> list["Sum"]:
        """Return the sums per task, the largest first."""
        sums = [
            Sum.of(worth, name=str(name))
            for (name,), worth in worth_by(self.rows, "task__name").items()
        ]
        return sorted(sums, key=lambda one: (-one.minutes, one.name))

    def projects(self) -> list[tuple[str, str]]:
        """Return name and reference of the projects."""
        named = self.rows.order_by("project__name").values_list(
            "project__name", "project__reference"
        )
        return list(named.distinct())

    def _sums(self) -> list["Sum"]:
        return [Sum.of(worth) for worth in worth_by(self.rows).values()]


@dataclass(frozen=True)
class Line:
    """One row of the sheet."""

    date: datetime.date
    texts: dict[str, str]
    minutes: int
    rounded_minutes: int
    amount: Decimal

    @classmethod
    def of(cls, values: tuple[Any, ...]) -> "Line":
        date, first, last, email, project, task, start, end, text, *figures = values
        minutes, rounded_by, worth = figures
        times = f"{format_clock(start)}–{format_clock(end)}" if start and end else ""
        texts = {
            "employee": full_name(first, last, email),
            "project": project,
            "task": task,
            "times": times,
            "description": text,
        }
        return cls(date, texts, minutes, minutes + rounded_by, worth)


@dataclass(frozen=True)
class Sum:
    """The minutes of some rows, worked and charged, and their worth in euros excl. VAT."""

    name: str
    minutes: int
    rounded_minutes: int
    amount: Decimal

    @classmethod
    def of(cls, worth: Worth, *, name: str = "") -> "Sum":
        return cls(name, worth.minutes, worth.rounded_minutes, worth.amount)


def figures_of(one: "Line | Sum", sheet: TimeSheet) -> list[str]:
    """Return the figures of a row or a sum, as texts in the active language."""
    shown = [format_duration(one.minutes), amount(hours(one.minutes))]
    if sheet.with_rounded:
        shown.append(format_duration(one.rounded_minutes))
    return [*shown, amount(one.amount or ZERO)] if sheet.with_amounts else shown


def heads(sheet: TimeSheet) -> list[str]:
    """Return the headings of the columns."""
    chosen = [str(COLUMNS[name]) for name in sheet.columns]
    return [_("Date"), *chosen, *figure_heads(sheet)]


def figure_heads(sheet: TimeSheet) -> list[str]:
    """Return the headings of the figures."""
    shown = [_("Hours"), _("Decimal")]
    if sheet.with_rounded:
        shown.append(_("Rounded"))
    return [*shown, _("Amount")] if sheet.with_amounts else shown


def period_name(first: datetime.date, last: datetime.date) -> str:
    """Return a period as it is read: one day, or from the first to the last."""
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def cells(sheet: TimeSheet) -> Iterator[list[Cell]]:
    """Yield the rows of a workbook: the hours, their total, and the sums per task."""
    blank: list[Cell] = [""] * len(sheet.columns)
    for line in sheet.lines():
        texts: list[Cell] = [line.texts[name] for name in sheet.columns]
        yield [line.date, *texts, *_figure_cells(line, sheet)]
    total = sheet.total()
    yield [_("Total"), *blank, *_figure_cells(total, sheet)]
    yield []
    for one in sheet.by_task():
        yield [one.name, *blank, *_figure_cells(one, sheet)]


def _figure_cells(one: "Line | Sum", sheet: TimeSheet) -> list[Cell]:
    found: list[Cell] = [format_duration(one.minutes), hours(one.minutes)]
    if sheet.with_rounded:
        found.append(format_duration(one.rounded_minutes))
    return [*found, one.amount] if sheet.with_amounts else found


def by_day(lines: Iterable[Line]) -> dict[datetime.date, list[Line]]:
    """Return the lines of each day."""
    found: dict[datetime.date, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.date].append(line)
    return found
