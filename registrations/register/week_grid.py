"""The week of one person as a grid: a row per task on a project, a cell per day."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.closed_periods import why_closed
from accounts.models import Membership
from lib.days import ONE_DAY
from lib.times import format_duration
from projects.models import Project, ProjectTask, Task

from .. import locks
from ..bookable import bookable_work
from ..expected import NOTHING, ExpectedDay, expected_days
from ..models import Status, TimeEntry
from ..pickers import recent_work
from ..rules import is_registrable
from .week import Day, Week

# A project and a task, by their ids.
Work = tuple[int, int]


@dataclass(frozen=True)
class Problem:
    """Why a cell was not saved: what was typed, the sentence, and questions with their tokens."""

    typed: str
    sentence: str
    questions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cell:
    """The hours of one task on one day. `locked` says why they cannot be typed over here."""

    work: Work
    day: datetime.date
    entries: tuple[TimeEntry, ...] = ()
    locked: str = ""
    problem: Problem | None = None
    # The ground of its day: see `Day.ground`.
    ground: str = ""

    @property
    def key(self) -> str:
        """The name of the cell in the form and in the answers to the page."""
        return cell_key(self.work, self.day)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)

    @property
    def text(self) -> str:
        return format_duration(self.minutes) if self.entries else ""

    @property
    def typed(self) -> str:
        return self.problem.typed if self.problem else self.text

    @property
    def note(self) -> str:
        """The description; of several entries, those that have one."""
        return "\n".join(entry.description for entry in self.entries if entry.description)

    @property
    def status(self) -> str:
        """The status of all entries, `mixed` if they differ, or empty without entries."""
        found = {entry.status for entry in self.entries}
        return found.pop() if len(found) == 1 else "mixed" if found else ""

    @property
    def rejection(self) -> str:
        """Why the entry was rejected, if it was."""
        rejected = [entry for entry in self.entries if entry.status == Status.REJECTED]
        return next((entry.status_note for entry in rejected if entry.status_note), "")

    @property
    def seen(self) -> str:
        """What the page shows, so that a change made elsewhere is noticed: see `is_untouched`."""
        state = [
            (one.pk, one.minutes, one.description, one.status, str(one.started_at))
            for one in self.entries
        ]
        return f"{self.text}.{_digest(self.note)}.{_digest(repr(state))}"


@dataclass
class Row:
    """A task on a project, with a cell for each day.

    `added` is the id of the task on the project, if the row was added without hours.
    """

    project: Project
    task: Task
    added: int | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.project.pk}-{self.task.pk}"

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def problems(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.problem]

    @property
    def rejected(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.rejection]


@dataclass
class Grid:
    """A week from Monday, what was worked, and what can be added as a row."""

    monday: datetime.date
    rows: list[Row]
    recent: list[ProjectTask]
    last_week: dict[Work, int]
    expected: Mapping[datetime.date, ExpectedDay] = field(default_factory=dict)
    today: datetime.date = datetime.date.min

    @property
    def days(self) -> list[datetime.date]:
        return [self.monday + n * ONE_DAY for n in range(7)]

    @property
    def totals(self) -> list[tuple[datetime.date, int]]:
        """Return the minutes of each day."""
        return [
            (day, sum(row.cells[place].minutes for row in self.rows))
            for place, day in enumerate(self.days)
        ]

    @cached_property
    def week(self) -> Week:
        """The days, with what is expected of the person on them."""
        found = []
        for day, minutes in self.totals:
            due = self.expected.get(day, NOTHING)
            found.append(Day(day, minutes, due, due.missing(day, minutes, today=self.today)))
        return Week(tuple(found))

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def last_week_minutes(self) -> int:
        return sum(self.last_week.values())

    @property
    def has_weekend(self) -> bool:
        return any(minutes for _day, minutes in self.totals[5:])

    @property
    def can_be_taken_back(self) -> bool:
        """True if something was submitted of which nobody decided yet."""
        cells = (cell for row in self.rows for cell in row.cells)
        return any(entry.status == Status.SUBMITTED for cell in cells for entry in cell.entries)


def cell_key(work: Work, day: datetime.date) -> str:
    return f"{work[0]}-{work[1]}-{day.isoformat()}"


def is_untouched(seen: str, *, typed: str, note: str) -> bool:
    """Return True if the typed texts are those that the page showed."""
    text, digest, *_rest = (*seen.split("."), "", "")
    return typed.strip() == text and _digest(note.strip()) == digest


def entries_of(
    membership: Membership, first: datetime.date, last: datetime.date, *, by: Membership
) -> list[TimeEntry]:
    """Return the hours of a person in a period that a member sees, with what a cell shows."""
    rows = TimeEntry.objects.visible_to(by).filter(membership=membership, date__range=(first, last))
    related = ("project__customer", "task", "invoice_line__invoice")
    return list(rows.select_related(*related).order_by("date", "pk"))


def grid_of(
    membership: Membership,
    monday: datetime.date,
    *,
    by: Membership,
    today: datetime.date,
    added: Iterable[int] = (),
    problems: Mapping[str, Problem] | None = None,
) -> Grid:
    """Return the week of a person as `by` may change it; the queries do not grow with the rows.

    `added` are ids of tasks on projects that are rows without hours; `problems` are by cell.
    """
    entries = entries_of(membership, monday, monday + 6 * ONE_DAY, by=by)
    mine = TimeEntry.objects.editable_by(by).filter(pk__in=[entry.pk for entry in entries])
    editable = set(mine.values_list("pk", flat=True))
    wanted, recent = list(added), recent_work(membership)
    works = bookable_work(membership.organisation, membership).filter(pk__in={*wanted, *recent})
    known = {work.pk: work for work in works.select_related("project__customer", "task")}
    rows = _rows(entries, [known[pk] for pk in wanted if pk in known])
    by_cell: dict[tuple[Work, datetime.date], list[TimeEntry]] = {}
    for entry in entries:
        by_cell.setdefault(((entry.project_id, entry.task_id), entry.date), []).append(entry)
    due = expected_days([membership], monday, monday + 6 * ONE_DAY, by=by)
    expected = {day: one for (_pk, day), one in due.items()}
    for row in rows:
        work = (row.project.pk, row.task.pk)
        for day in (monday + n * ONE_DAY for n in range(7)):
            found = tuple(by_cell.get((work, day), ()))
            locked = why_locked(found, day, by=by, editable=editable)
            problem = (problems or {}).get(cell_key(work, day))
            ground = Day(day, 0, expected[day]).ground
            row.cells.append(Cell(work, day, found, locked, problem, ground))
    shown = {(row.project.pk, row.task.pk) for row in rows}
    more = [known[pk] for pk in recent if pk in known]
    more = [work for work in more if (work.project_id, work.task_id) not in shown]
    last_week = _minutes_by_work(membership, monday - 7 * ONE_DAY, by=by)
    return Grid(monday, rows, more, last_week, expected, today)


def why_locked(
    entries: tuple[TimeEntry, ...], day: datetime.date, *, by: Membership, editable: set[int]
) -> str:
    """Say why a cell cannot be typed in; empty if it can."""
    if closed := why_closed(by.organisation, day):
        return closed
    if not is_registrable(day):
        return _("This day cannot be registered on.")
    if not entries:
        return ""
    if len(entries) > 1:
        return _("%d entries. Open the day to change them.") % len(entries)
    (entry,) = entries
    return _why_entry_locked(entry, by=by, is_editable=entry.pk in editable)


def _why_entry_locked(entry: TimeEntry, *, by: Membership, is_editable: bool) -> str:
    if sentence := locks.why_locked(entry, by=by):
        return sentence
    if not is_editable:
        return _("You cannot change this. Ask a project manager.")
    if entry.is_decided:
        return _("%s. Open the day to change it: it becomes open.") % entry.get_status_display()
    return _("Has start and end. Open the day to change it.") if entry.started_at else ""


def _rows(entries: list[TimeEntry], added: list[ProjectTask]) -> list[Row]:
    found = {(one.project_id, one.task_id): Row(one.project, one.task) for one in entries}
    for work in added:
        found.setdefault((work.project_id, work.task_id), Row(work.project, work.task, work.pk))
    return sorted(found.values(), key=lambda row: (str(row.project).lower(), str(row.task).lower()))


def _minutes_by_work(
    membership: Membership, monday: datetime.date, *, by: Membership
) -> dict[Work, int]:
    rows = (
        TimeEntry.objects.visible_to(by)
        .filter(membership=membership, date__range=(monday, monday + 6 * ONE_DAY))
        .order_by()
    )
    sums = rows.values_list(F("project"), F("task")).annotate(total=Sum("minutes"))
    return {(project, task): total for project, task, total in sums}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
