"""What an import would do now: its columns, its unknown names, and its first rows. Stores nothing.

The columns are read whole. Of the rows, so many are planned that the page stays quick; the others
are checked while they are imported.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from lib.days import describe_day
from lib.tables import Cell, Row

from .cells import Decision, text_of
from .kinds import KINDS
from .kinds.base import Context, Field, Kind, Plan
from .models import FileImport, ImportedRow, Outcome
from .names import LeftOut, Names, NewName, Unknown, answer_key
from .reading import RowReader, read_all
from .sources import column, rows_of

PREVIEWED = 2_000
BLOCK = 1_000
EXAMPLES = 2
MOST_UNKNOWN = 200  # names that are asked about on one page


@dataclass
class UnknownName:
    """A name that is asked about: its text, in how many rows, and what it may be."""

    text: str
    key: str
    count: int = 0
    proposal: str = ""
    proposed: int | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    choices: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Column:
    """A column of the file: examples, its field, and what was seen in it."""

    place: int
    heading: str
    examples: list[str]
    field: Field | None
    is_certain: bool
    decision: Decision
    said: str = ""
    # One of good, new, problem, ask, none.
    tone: str = "none"
    unknown: Sequence[UnknownName] = ()


@dataclass(frozen=True)
class FutureDays:
    """Rows of days in the future, which are asked about once.

    `token` is what a tick posts: it confirms these rows with these days, and no others.
    """

    text: str
    token: str
    is_confirmed: bool


@dataclass
class Check:
    """The whole check of a draft."""

    kind: Kind
    columns: list[Column]
    lacking: list[str]
    plans: list[Plan]
    total: int
    names: Names
    future: FutureDays | None = None

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(str(plan.outcome) for plan in self.plans)
        return {"all": len(self.plans), **{one: found[one] for one in Outcome.values}}

    @property
    def is_partial(self) -> bool:
        return len(self.plans) < self.total

    @property
    def why_not(self) -> str:
        """Return what must be done before the import can start; empty if nothing."""
        if self.lacking:
            return _("Say which column is: %s.") % ", ".join(self.lacking)
        if any(column.decision.is_open for column in self.columns):
            return _("Say how the column is read.")
        if any(not column.is_certain for column in self.columns):
            return _("Look at the columns in amber: change them, or choose That is right.")
        if self.future and not self.future.is_confirmed:
            return _("Look at the rows of days in the future: correct them, or confirm them.")
        todo = self.counts
        if not todo[Outcome.NEW] and not todo[Outcome.CHANGED] and not self.is_partial:
            return _("No row of this file is new or changed.")
        return ""


def check(
    draft: FileImport, *, by: Membership, now: datetime.datetime, today: datetime.date
) -> Check:
    """Return what the import would do."""
    kind = KINDS[draft.kind]()
    rows = list(rows_of(draft))
    names = Names(draft.organisation, kind.directories(), draft.answers)
    decisions = decide(draft, kind, rows)
    columns = [_column(draft, kind, place, rows, decisions) for place in range(len(draft.headings))]
    lacking = kind.check_mapping(draft.mapping)
    reader = RowReader(
        kind,
        mapping=draft.mapping,
        readings={name: one.reading for name, one in decisions.items()},
        corrections=draft.corrections,
        names=names,
    )
    _look_up(columns, reader, rows)
    plans: list[Plan] = []
    if not lacking:
        context = context_of(draft, kind, names, by=by, now=now, today=today)
        plans = plan_some(kind, reader, rows[:PREVIEWED], context)
    for one in columns:
        _say(one, kind, reader, rows, names)
    future = None
    if draft.is_registrations and not lacking:
        days = _days_in_future(plans, reader, rows[PREVIEWED:], today=today)
        future = _asked_about(days, confirmed=draft.confirmed_days)
    return Check(kind, columns, lacking, plans, len(rows), names, future)


def _days_in_future(
    plans: Sequence[Plan],
    reader: RowReader,
    others: Iterable[tuple[int, Row]],
    *,
    today: datetime.date,
) -> dict[int, datetime.date]:
    """Return the days in the future by row: of what will be stored, and of rows not planned yet."""
    days = {plan.row.number: plan.target.date for plan in plans if plan.is_in_future}
    for number, cells in others:
        day = reader.value("date", number, cells)
        if day is not None and day > today:
            days[number] = day
    return days


def _asked_about(days: dict[int, datetime.date], *, confirmed: str) -> FutureDays | None:
    """Return the question about these days; None if there are none."""
    if not days:
        return None
    text = ngettext(
        "%(n)d row is of a day in the future: %(day)s. Is that right?",
        "%(n)d rows are of a day in the future, the last of %(day)s. Is that right?",
        len(days),
    )
    about = "\n".join(f"{number} {day}" for number, day in sorted(days.items()))
    token = hashlib.sha256(about.encode()).hexdigest()[:24]
    shown = text % {"n": len(days), "day": describe_day(max(days.values()))}
    return FutureDays(shown, token, is_confirmed=token == confirmed)


def plan_some(
    kind: Kind, reader: RowReader, rows: Sequence[tuple[int, Row]], context: Context
) -> list[Plan]:
    """Return the plans of rows, block by block."""
    plans: list[Plan] = []
    for start in range(0, len(rows), BLOCK):
        plans += kind.plan(read_all(reader, rows[start : start + BLOCK]), context)
    return plans


def decide(draft: FileImport, kind: Kind, rows: Sequence[tuple[int, Row]]) -> dict[str, Decision]:
    """Return how the columns are read, by field."""
    found = {}
    for place, name in enumerate(draft.mapping):
        if name:
            cells = dict.fromkeys(column(rows, place))
            answer = draft.readings.get(name, "")
            found[name] = kind.field(name).reader.decide(cells, answer=answer)
    return found


def context_of(
    draft: FileImport,
    kind: Kind,
    names: Names,
    *,
    by: Membership,
    now: datetime.datetime,
    today: datetime.date,
) -> Context:
    """Return the context for planning the rows of an import."""
    return Context(
        organisation=draft.organisation,
        by=by,
        names=names,
        now=now,
        today=today,
        mapped=tuple(name for name in draft.mapping if name),
        status=draft.status,
        adds_tasks=draft.adds_tasks,
        file_import_id=draft.pk,
    )


def _column(
    draft: FileImport,
    kind: Kind,
    place: int,
    rows: Sequence[tuple[int, Row]],
    decisions: dict[str, Decision],
) -> Column:
    name = draft.mapping[place]
    different = dict.fromkeys(text_of(cell) for cell in _first(column(rows, place)))
    return Column(
        place,
        draft.headings[place] or _("column %d") % (place + 1),
        list(different)[:EXAMPLES],
        kind.field(name) if name else None,
        place in draft.looked_at,
        decisions.get(name, Decision()),
    )


def _first(cells: Iterator[Cell]) -> Iterator[Cell]:
    return (cell for cell, _n in zip(cells, range(50), strict=False))


# --- Names ----------------------------------------------------------------------------------------


def _look_up(columns: list[Column], reader: RowReader, rows: Sequence[tuple[int, Row]]) -> None:
    """Find the unknown names of the columns with names, with the number of their rows."""
    for one in columns:
        if one.field is None or not one.field.directory:
            continue
        found: dict[str, UnknownName] = {}
        for text, within, count in _texts(one, columns, reader, rows):
            _collect(found, one.field, text, within, count, reader.names)
        one.unknown = list(found.values())[:MOST_UNKNOWN]


def _texts(
    one: Column, columns: list[Column], reader: RowReader, rows: Sequence[tuple[int, Row]]
) -> Iterator[tuple[str, Any, int]]:
    """Yield each different name of a column, with what it belongs to and how often it is there."""
    assert one.field is not None  # noqa: S101 - only columns with names are looked up
    places = {other.field.name: other.place for other in columns if other.field}
    outer = places.get(one.field.within, -1)
    pairs = Counter(
        (cells[one.place], cells[outer] if 0 <= outer < len(cells) else "")
        for _number, cells in rows
        if one.place < len(cells) and cells[one.place] != ""
    )
    for (cell, place), count in pairs.items():
        text = one.field.reader.read(cell, "")
        within = None
        if place != "":
            try:
                within = reader.names.find(one.field.within, text_of(place).strip())
            except (Unknown, LeftOut):
                continue  # the customer is asked first
        yield text, within, count


def _collect(
    found: dict[str, UnknownName], of: Field, text: str, within: Any, count: int, names: Names
) -> None:
    key = answer_key(text, within)
    answer = names.answers.get(of.directory, {}).get(key, {})
    if not answer:
        try:
            names.find(of.directory, text, within=within)
        except Unknown:
            pass
        else:
            return
    directory = names.directories[of.directory]
    same = directory.ids(text)
    unknown = found.setdefault(key, UnknownName(text, key, answer=answer))
    unknown.count += count
    unknown.proposal = directory.proposal(text)
    ids = {label: pk for pk, label in directory.labels.items()}
    unknown.proposed = ids.get(unknown.proposal)
    unknown.choices = [(pk, directory.labels[pk]) for pk in sorted(same)]


# --- What is said about a column ------------------------------------------------------------------


def _say(
    one: Column, kind: Kind, reader: RowReader, rows: Sequence[tuple[int, Row]], names: Names
) -> None:
    if one.field is None:
        one.said, one.tone = "", "none"
        return
    if one.field.directory:
        _say_names(one, rows)
        return
    cells = Counter(column(rows, one.place))
    bad = sum(count for cell, count in cells.items() if not _is_readable(one, reader, cell))
    empty = len(rows) - sum(cells.values())
    if one.decision.is_open:
        one.said, one.tone = _("can be read in two ways"), "ask"
    elif bad:
        one.said = ngettext("%d not readable", "%d not readable", bad) % bad
        one.tone = "problem"
    else:
        one.said, one.tone = _("all %d readable") % sum(cells.values()), "good"
    if empty:
        one.said += " · " + _("%d empty") % empty


def _is_readable(one: Column, reader: RowReader, cell: Cell) -> bool:
    assert one.field is not None  # noqa: S101 - asked about mapped columns
    try:
        one.field.reader.read(cell, reader.readings.get(one.field.name, ""))
    except ValidationError:
        return False
    return True


def _say_names(one: Column, rows: Sequence[tuple[int, Row]]) -> None:
    different = len(set(column(rows, one.place)))
    said = [ngettext("%d name", "%d names", different) % different]
    open_ones = [name for name in one.unknown if not name.answer]
    new = [name for name in one.unknown if "new" in name.answer]
    if open_ones:
        said.append(_("%d not known") % len(open_ones))
    if new:
        shown = ", ".join(name.text for name in new[:3])
        said.append(_("%(count)d will be created: %(names)s") % {"count": len(new), "names": shown})
    if not open_ones and not new:
        said.append(_("all known"))
    one.said = " · ".join(said)
    one.tone = "problem" if open_ones else ("new" if new else "good")


def new_names(plans_of: RowReader, rows: Sequence[tuple[int, Row]]) -> list[NewName]:
    """Return what the rows without errors need and what is not there yet, each once."""
    found: dict[NewName, None] = {}
    for number, cells in rows:
        row = plans_of.read(number, cells)
        if row.errors or row.is_left_out:
            continue
        for value in row.values.values():
            if isinstance(value, NewName):
                found[value] = None
    return list(found)


def earlier_work(draft: FileImport) -> tuple[set[int], dict[str, set[int]]]:
    """Return which registrations the rows of this import stand for, and what it created."""
    consumed: set[int] = set()
    created: dict[str, set[int]] = {}
    records = ImportedRow.objects.filter(file_import=draft).exclude(object_id=None)
    for row, model, pk in records.values_list("row", "model", "object_id"):
        if row:
            consumed.add(pk or 0)
        else:
            created.setdefault(model, set()).add(pk or 0)
    return consumed, created
