"""The preview of an import as its page shows it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lib.days import describe_day
from lib.text import fill
from lib.times import format_duration

from .cells import Amount, Day, Duration, text_of
from .checking import Check
from .kinds.base import Field, Plan
from .models import Outcome

TAGS = {
    Outcome.NEW: "green",
    Outcome.CHANGED: "theme",
    Outcome.UNCHANGED: "draft",
    Outcome.LEFT_OUT: "draft",
    Outcome.ERROR: "failed",
}


@dataclass(frozen=True)
class ShownCell:
    """A cell of the preview. An error, a day in the future and a corrected cell have a field.

    `before` is what a row that changes has now.
    """

    field: str
    label: str
    text: str
    error: str = ""
    before: str = ""
    css: str = ""
    is_corrected: bool = False
    is_doubtful: bool = False


@dataclass(frozen=True)
class ShownRow:
    """A row of the preview."""

    number: int
    tag: str
    outcome: str
    cells: list[ShownCell]
    why: str
    # Errors of fields that have no column: their cell is added.
    added: list[ShownCell] = field(default_factory=list)
    is_doubtful: bool = False


def time_in(checked: Check) -> str:
    """Return the hours in the file and those that are new; empty if not all rows were planned."""
    mapped = {one.field.name for one in checked.columns if one.field}
    if checked.is_partial or "duration" not in mapped:
        return ""
    minutes: Counter[str] = Counter()
    for plan in checked.plans:
        read = plan.row.values.get("duration") or 0
        minutes["all"] += read
        minutes[plan.outcome] += read
    found = {
        "all": format_duration(minutes["all"]),
        "new": format_duration(minutes[Outcome.NEW]),
    }
    return fill(_("%(all)s hours in the file · %(new)s new"), found)


def shown_fields(checked: Check) -> list[Field]:
    """Return the fields of the preview, in the order of the kind.

    They are those with a column, and those that a row got from elsewhere.
    """
    shown = {one.field.name for one in checked.columns if one.field}
    shown.update(*(plan.row.values for plan in checked.plans))
    return [one for one in checked.kind.fields() if one.name in shown]


def shown_rows(plans: Iterable[Plan], checked: Check, fields: list[Field]) -> list[ShownRow]:
    """Return plans as the page shows them."""
    rows = []
    for plan in plans:
        names = {one.name for one in fields}
        lacking = [checked.kind.field(name) for name in plan.errors if name not in names]
        changed = {checked.kind.field_of(name) for name in plan.changes}
        why = "" if changed and changed <= names else plan.why
        why = why or " ".join(dict.fromkeys(plan.errors.values()))
        if plan.row.is_left_out:
            why = _("as you answered")
        if plan.is_in_future:
            why = _("%(day)s is in the future.") % {"day": describe_day(plan.target.date)}
        rows.append(
            ShownRow(
                plan.row.number,
                TAGS[plan.outcome],
                str(plan.outcome.label),
                [_cell(plan, one, checked) for one in fields],
                why,
                [_cell(plan, one, checked) for one in lacking],
                is_doubtful=plan.is_in_future,
            )
        )
    return rows


def _cell(plan: Plan, of: Field, checked: Check) -> ShownCell:
    error = plan.errors.get(of.name, "")
    raw = plan.row.cells.get(of.name, "")
    value = plan.row.values.get(of.name)
    text = text_of(raw)
    is_doubtful = plan.is_in_future and of.name == "date"
    is_corrected = of.name in checked.corrections.get(str(plan.row.number), {})
    # What is corrected is read as its column is, so it is shown as the file has it.
    if not error and not is_doubtful and value is not None and not is_corrected:
        text = _shown(value, of, checked)
    before = {checked.kind.field_of(name): old for name, (old, _new) in plan.changes.items()}
    return ShownCell(
        of.name,
        str(of.label),
        text,
        error,
        before.get(of.name, ""),
        is_corrected=is_corrected,
        is_doubtful=is_doubtful,
        css=_css(of),
    )


def _css(of: Field) -> str:
    if isinstance(of.reader, Amount | Duration):
        return "num"
    return "nowrap" if isinstance(of.reader, Day) else ""


def _shown(value: Any, of: Field, checked: Check) -> str:
    if of.directory:
        return checked.names.shown(of.directory, value)
    return of.reader.shown(value)
