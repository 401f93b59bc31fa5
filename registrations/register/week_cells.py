"""Save what was typed in a cell of the week, by the form and the rules of one registration."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from lib.questions import CODE as QUESTION

from ..bookable import work_of
from ..forms import HoursForm
from ..models import TimeEntry
from . import registering
from .week_grid import Cell, Problem, Work, entries_of, why_locked


@dataclass(frozen=True)
class Typed:
    """What was typed in a cell: a duration and a note, over what the page showed there."""

    work: Work
    day: datetime.date
    text: str
    note: str
    seen: str
    confirmed: Sequence[str] = ()


@dataclass(frozen=True)
class Saved:
    """The cell as it is now, and why the text was not saved. `is_stale`: changed elsewhere."""

    cell: Cell
    problem: Problem | None = None
    is_stale: bool = False


@transaction.atomic
def save_cell(typed: Typed, *, membership: Membership, by: Membership) -> Saved:
    """Add, change or delete the entry of a cell; an empty text deletes it.

    A cell that was changed since the page was drawn is left as it is.
    """
    # Lock the employee: two pages save the same cell one after the other.
    Membership.objects.select_for_update().get(pk=membership.pk)
    cell = _cell(typed, membership=membership, by=by)
    if cell.seen != typed.seen:
        sentence = _("Changed elsewhere in the meantime: it is now %s.")
        return Saved(cell, _problem(typed, sentence % (cell.text or _("empty"))), is_stale=True)
    if cell.locked:
        return Saved(cell, _problem(typed, cell.locked))
    try:
        problem = _store(typed, cell, membership=membership, by=by)
    except registering.NotChangeable:
        problem = _problem(
            typed, _("This registration cannot be changed: it is billed or approved.")
        )
    except ValidationError as error:
        problem = _problem(typed, " ".join(error.messages))
    return Saved(_cell(typed, membership=membership, by=by), problem)


def _store(typed: Typed, cell: Cell, *, membership: Membership, by: Membership) -> Problem | None:
    entry = cell.entries[0] if cell.entries else None
    if not typed.text.strip() and entry:
        registering.delete(entry, by=by)
        return None
    if not typed.text.strip() and not typed.note.strip():
        return None
    project, task = typed.work
    work = work_of(by.organisation, project=project, task=task).first()
    data: dict[str, object] = {
        "work": work.pk if work else "",
        "date": typed.day.isoformat(),
        "duration": typed.text,
        "description": typed.note,
        "confirmed": list(typed.confirmed),
    }
    row = entry or TimeEntry(organisation=by.organisation, membership=membership, date=typed.day)
    form = HoursForm(data, organisation=by.organisation, by=by, instance=row)
    if not form.is_valid():
        return _problem_of(form, typed)
    (registering.change if entry else registering.add)(row, by=by)
    return None


def _cell(typed: Typed, *, membership: Membership, by: Membership) -> Cell:
    found = entries_of(membership, typed.day, typed.day, by=by)
    entries = tuple(one for one in found if (one.project_id, one.task_id) == typed.work)
    mine = TimeEntry.objects.editable_by(by).filter(pk__in=[entry.pk for entry in entries])
    editable = set(mine.values_list("pk", flat=True))
    return Cell(
        typed.work, typed.day, entries, why_locked(entries, typed.day, by=by, editable=editable)
    )


def _problem(typed: Typed, sentence: str) -> Problem:
    return Problem(typed.text, sentence)


def _problem_of(form: HoursForm, typed: Typed) -> Problem:
    """Return what the form says: errors as sentences, and questions that can be answered."""
    errors = [one for found in form.errors.as_data().values() for one in found]
    said = [text for one in errors if one.code != QUESTION for text in one.messages]
    questions = [
        (question.text, question.token)
        for name in form.fields
        for question in form.questions_at(name)
        if not question.is_confirmed
    ]
    return Problem(typed.text, " ".join(said), tuple(questions))
