"""Change several registrations at once: work or project, description, billable.

Each row is saved as its own form saves it, with the same rules and locks. A row that a rule refuses
stays as it was, and the others are changed.
"""

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from audit.kinds import Action, Kind
from audit.recording import as_one
from projects.models import Project, ProjectTask

from .. import locks
from ..bookable import bookable_projects, bookable_work
from ..models import Registration, TimeEntry
from ..register import registering
from .selection import Selection

# Every row is checked and priced by itself, so more than this takes too long for a page.
MOST = 200
# What a change may touch; the price follows from it.
CHANGED = ("project_id", "task_id", "description", "is_billable", "billable_choice")


@dataclass(frozen=True)
class Edit:
    """What changes; None leaves it as it is. `work` is for hours, `project` for other kinds."""

    work: ProjectTask | None = None
    project: Project | None = None
    description: str | None = None
    is_billable: bool | None = None

    @property
    def is_empty(self) -> bool:
        values = (self.work, self.project, self.description, self.is_billable)
        return all(value is None for value in values)


@dataclass(frozen=True)
class EditedRow:
    """A changed row: the values before and after of what changed, and its decision before."""

    row: Registration
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    status: str
    status_note: str
    status_by: int | None
    status_at: datetime.datetime | None


@dataclass
class Edited:
    """The changed rows, and the number of those that stayed by reason."""

    rows: list[EditedRow] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def changed(self) -> int:
        return len(self.rows)


def _values_of(row: Registration) -> dict[str, Any]:
    """Return those fields of the row that a change may touch."""
    return {name: getattr(row, name) for name in CHANGED if hasattr(row, name)}


def _edited(row: Registration, before: Mapping[str, Any], *decision: Any) -> EditedRow:
    """Keep only what changed, because a session holds it until the next action."""
    after = {name: value for name, value in _values_of(row).items() if value != before[name]}
    return EditedRow(row, {name: before[name] for name in after}, after, *decision)


def editable(selection: Selection, *, by: Membership) -> list[Registration]:
    """Return the selected rows that may be edited as they are: open or rejected, and by right."""
    found: list[Registration] = []
    for rows in selection.rows_for(by):
        mine = rows.model.objects.editable_by(by).unlocked().order_by()
        found += rows.filter(pk__in=mine.values("pk"))[: MOST + 1]
    return found


@transaction.atomic
def edit_selected(selection: Selection, edit: Edit, *, by: Membership) -> Edited:
    """Change the selected rows; those that are locked or refused stay, with the reason."""
    rows, done = editable(selection, by=by), Edited()
    if len(rows) > MOST:
        raise ValidationError(_("Select at most %d registrations at a time.") % MOST)
    places = _Places(edit)
    with as_one(Kind.REGISTRATION, Action.CHANGED, by=by):
        _edit_each(rows, edit, places, done, by=by)
    done.refused += why_left_out(selection, rows, by=by)
    return done


def _edit_each(
    rows: list[Registration], edit: Edit, places: "_Places", done: Edited, *, by: Membership
) -> None:
    """Change the rows one by one, and note of each whether it changed or why not."""
    for row in rows:
        before = _values_of(row)
        decision = (row.status, row.status_note, row.status_by_id, row.status_at)
        reason = places.why_not(row)
        if not reason:
            reason = _changed(row, edit, by=by)
        if reason:
            done.refused[reason] += 1
        else:
            done.rows.append(_edited(row, before, *decision))


def why_left_out(
    selection: Selection, edited: list[Registration], *, by: Membership
) -> Counter[str]:
    """Return why the other selected rows cannot be edited: the number of rows by reason."""
    found: Counter[str] = Counter()
    for rows in selection.rows_for(by):
        others = rows.exclude(pk__in=[row.pk for row in edited if isinstance(row, rows.model)])
        if (more := others.count() - MOST) > 0:
            found[_("locked, or not yours to change")] += more
        for row in others[:MOST]:
            why = locks.why_locked(row, by=by)
            if not why:
                why = _("%s. Set it to open first, under Overview.") % row.get_status_display()
            found[why] += 1
    return found


def _changed(row: Registration, edit: Edit, *, by: Membership) -> str:
    """Save a row with the change; return why not, or nothing."""
    if isinstance(row, TimeEntry):
        if edit.work:
            row.project, row.task = edit.work.project, edit.work.task
        if edit.is_billable is not None:
            row.billable_choice = edit.is_billable
    elif edit.project:
        row.project = edit.project
    if edit.is_billable is not None:
        row.is_billable = edit.is_billable
    if edit.description is not None:
        row.description = edit.description
    try:
        with transaction.atomic():
            registering.change(row, by=by)
    except ValidationError as error:
        return " ".join(error.messages)
    except PermissionDenied as error:
        return str(error)
    except registering.NotChangeable:
        return _("changed in the meantime")
    return ""


class _Places:
    """Whether a person may register on the chosen work and project; asked once a person."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._known: dict[tuple[bool, int], bool] = {}

    def why_not(self, row: Registration) -> str:
        is_hours = isinstance(row, TimeEntry)
        chosen: Any = self._edit.work if is_hours else self._edit.project
        if chosen is None:
            return ""
        key = (is_hours, row.membership_id)
        if key not in self._known:
            offer = bookable_work if is_hours else bookable_projects
            places: Any = offer(row.organisation, row.membership)
            self._known[key] = places.filter(pk=chosen.pk).exists()
        if self._known[key]:
            return ""
        project = chosen.project if is_hours else chosen
        return _("%(person)s cannot register on %(project)s.") % {
            "person": row.membership,
            "project": project,
        }
