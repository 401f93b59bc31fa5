"""What an import would do now: its columns, its unknown names, and its first rows. Stores nothing.

The columns are read whole, row by row. Of the rows, so many are planned that the page stays quick;
the others are checked while they are imported.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
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
from .sources import corrected_rows
from .survey import ColumnSurvey, Survey, survey

PREVIEWED = 2_000
BLOCK = 1_000
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
    # The first unknown names; of all, how many are not answered, and which will be created.
    unknown: Sequence[UnknownName] = ()
    open_count: int = 0
    new: Sequence[UnknownName] = ()


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
    leaves_out_errors: bool = True
    # Corrected cells, by row and field.
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

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
        return self._why_not_these_rows()

    def _why_not_these_rows(self) -> str:
        if self.future and not self.future.is_confirmed:
            return _("Look at the rows of days in the future: correct them, or confirm them.")
        todo = self.counts
        if todo[Outcome.ERROR] and not self.leaves_out_errors:
            return _("Correct the rows with errors, or leave them out.")
        if not todo[Outcome.NEW] and not todo[Outcome.CHANGED] and not self.is_partial:
            return _("No row of this file is new or changed.")
        return ""


def check(
    draft: FileImport, *, by: Membership, now: datetime.datetime, today: datetime.date
) -> Check:
    """Return what the import would do."""
    kind = KINDS[draft.kind]()
    seen = survey(kind, draft.mapping, corrected_rows(draft), first=PREVIEWED)
    names = Names(draft.organisation, kind.directories(), draft.answers)
    decisions = decide(draft, seen)
    columns = [_column(draft, place, one, decisions) for place, one in enumerate(seen.columns)]
    lacking = kind.check_mapping(draft.mapping)
    reader = RowReader(
        kind,
        mapping=draft.mapping,
        readings={name: one.reading for name, one in decisions.items()},
        corrections=draft.corrections,
        names=names,
    )
    for column, found in zip(columns, seen.columns, strict=True):
        _look_up(column, found, reader)
        _say(column, found, reader, total=seen.total)
    plans: list[Plan] = []
    if not lacking:
        context = context_of(draft, kind, names, by=by, now=now, today=today)
        plans = plan_some(kind, reader, seen.first, context)
    future = None
    if draft.is_registrations and not lacking:
        others = islice(corrected_rows(draft), PREVIEWED, None)
        days = _days_in_future(plans, reader, others, today=today)
        future = _asked_about(days, confirmed=draft.confirmed_days)
    return Check(
        kind,
        columns,
        lacking,
        plans,
        seen.total,
        names,
        future,
        leaves_out_errors=draft.leaves_out_errors,
        corrections=draft.corrections,
    )


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


def decide(draft: FileImport, seen: Survey) -> dict[str, Decision]:
    """Return how the columns are read, by field."""
    return {
        one.of.name: one.of.reader.decide(one.cells, answer=draft.readings.get(one.of.name, ""))
        for one in seen.columns
        if one.of
    }


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
    draft: FileImport, place: int, seen: ColumnSurvey, decisions: dict[str, Decision]
) -> Column:
    return Column(
        place,
        draft.headings[place] or _("column %d") % (place + 1),
        list(seen.examples),
        seen.of,
        place in draft.looked_at,
        decisions.get(seen.of.name, Decision()) if seen.of else Decision(),
    )


# --- Names ----------------------------------------------------------------------------------------


def _look_up(one: Column, seen: ColumnSurvey, reader: RowReader) -> None:
    """Find the unknown names of a column with names, with the number of their rows."""
    if one.field is None or not one.field.directory:
        return
    found: dict[str, UnknownName] = {}
    for text, within, count in _texts(one.field, seen, reader):
        _collect(found, one.field, text, within, count, reader.names)
    names = list(found.values())
    one.open_count = sum(not name.answer for name in names)
    one.new = [name for name in names if "new" in name.answer]
    if len(names) > MOST_UNKNOWN:
        names.sort(key=lambda name: bool(name.answer))
    one.unknown = names[:MOST_UNKNOWN]
    for name in one.unknown:
        _propose(name, one.field, reader.names)


def _texts(of: Field, seen: ColumnSurvey, reader: RowReader) -> Iterator[tuple[str, Any, int]]:
    """Yield each different name of a column, with what it belongs to and how often it is there."""
    for (cell, place), count in seen.pairs.items():
        text = of.reader.read(cell, "")
        within = None
        if place != "":
            try:
                within = reader.names.find(of.within, text_of(place).strip())
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
    found.setdefault(key, UnknownName(text, key, answer=answer)).count += count


def _propose(unknown: UnknownName, of: Field, names: Names) -> None:
    """Add what an unknown name may be: the name most like it, or those of several rows."""
    directory = names.directories[of.directory]
    unknown.proposal = directory.proposal(unknown.text)
    ids = {label: pk for pk, label in directory.labels.items()}
    unknown.proposed = ids.get(unknown.proposal)
    same = directory.ids(unknown.text)
    unknown.choices = [(pk, directory.labels[pk]) for pk in sorted(same)]


# --- What is said about a column ------------------------------------------------------------------


def _say(one: Column, seen: ColumnSurvey, reader: RowReader, *, total: int) -> None:
    if one.field is None:
        one.said, one.tone = "", "none"
        return
    if one.field.directory:
        _say_names(one, seen)
        return
    bad = seen.unreadable + sum(
        count for cell, count in seen.cells.items() if not _is_readable(one.field, reader, cell)
    )
    empty = total - seen.filled
    if one.decision.is_open:
        one.said, one.tone = _("can be read in two ways"), "ask"
    elif bad:
        one.said = ngettext("%d not readable", "%d not readable", bad) % bad
        one.tone = "problem"
    else:
        one.said, one.tone = _("all %d readable") % seen.filled, "good"
    if empty:
        one.said += " · " + _("%d empty") % empty


def _is_readable(of: Field, reader: RowReader, cell: Cell) -> bool:
    try:
        of.reader.read(cell, reader.readings.get(of.name, ""))
    except ValidationError:
        return False
    return True


def _say_names(one: Column, seen: ColumnSurvey) -> None:
    different = len(seen.names)
    said = [ngettext("%d name", "%d names", different) % different]
    if one.open_count:
        said.append(_("%d not known") % one.open_count)
    if one.new:
        about = {"count": len(one.new), "names": ", ".join(name.text for name in one.new[:3])}
        said.append(_("%(count)d will be created: %(names)s") % about)
    if not one.open_count and not one.new:
        said.append(_("all known"))
    one.said = " · ".join(said)
    one.tone = "problem" if one.open_count else ("new" if one.new else "good")


def new_names(draft: FileImport, reader: RowReader) -> list[NewName]:
    """Return what the rows without errors need and what is not there yet, each once."""
    found: dict[NewName, None] = {}
    answers = (one for some in draft.answers.values() for one in some.values())
    if not any("new" in one for one in answers):
        return []
    for number, cells in corrected_rows(draft):
        row = reader.read(number, cells)
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
