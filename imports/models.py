"""Imports of files, what their users answered, and what became of each row."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from integrations.runs import Run
from lib.formats import number
from lib.model_fields import LineField


class FileKind(models.TextChoices):
    """What the rows of a file are."""

    HOURS = "hours", _("Hours")
    EXPENSES = "expenses", _("Expenses")
    TRIPS = "trips", _("Trips")
    CUSTOMERS = "customers", _("Customers")
    PROJECTS = "projects", _("Projects")
    TASKS = "tasks", _("Tasks")
    EMPLOYEES = "employees", _("Employees")


class FileState(models.TextChoices):
    """The progress of the import of a file; a draft waits for its user."""

    DRAFT = "draft", _("Not started")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Done")
    INCOMPLETE = "incomplete", _("Stopped")
    FAILED = "failed", _("Failed")
    UNDONE = "undone", _("Undone")


UNDOABLE = (FileState.FINISHED, FileState.INCOMPLETE, FileState.FAILED)
STATE_TAGS = {
    FileState.FINISHED: "green",
    FileState.FAILED: "failed",
    FileState.UNDONE: "draft",
}


class NewStatus(models.TextChoices):
    """The status that imported registrations get."""

    OPEN = "open", _("Open")
    APPROVED = "approved", _("Approved")
    INVOICED = "invoiced", _("Invoiced elsewhere")


class ColumnMapping(models.Model):
    """What the columns of earlier files became, under a name; recognised by its headings.

    `headings` are folded, and `mapping` has the field of each, "" for one that is left out.
    `readings` and `answers` are those of FileImport; what was new then has its own name by now.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="column_mappings", db_index=False
    )
    kind = models.CharField(max_length=9, choices=FileKind)
    name = LineField(_("name"), max_length=60)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    readings = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-used_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation", "kind", Lower("name"), name="unique_name_of_a_column_mapping"
            )
        ]

    def __str__(self) -> str:
        return self.name


class FileImport(Run):
    """One file: its columns, the answers of its user, and the run that imports its rows.

    `content` has the rows as they were read: a JSON text a line, with the number of the row.
    `upload` is the file itself, kept until the import starts: another sheet is read from it.
    """

    TASK = "imports.tasks.run_file_import"
    MAX_ATTEMPTS = 4
    INTERRUPTED = _(
        "The import was interrupted %(count)s times. Contact your system administrator, then "
        "import the file again: rows that are there already are recognised."
    )
    RELATED = ("organisation", "started_by")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="file_imports"
    )
    state = models.CharField(max_length=10, choices=FileState, default=FileState.DRAFT)
    kind = models.CharField(max_length=9, choices=FileKind)
    name = LineField(max_length=150)
    sheet = LineField(max_length=100, blank=True)
    # The sheets of a workbook that have rows under headings.
    sheets = models.JSONField(default=list)
    upload = models.FileField(upload_to="imports/", blank=True)
    content = models.FileField(upload_to="imports/")
    headings = models.JSONField(default=list)
    heading_row = models.PositiveIntegerField(default=1)
    total = models.PositiveIntegerField(default=0)

    # The field of each column, "" for one that is left out; and the columns that were looked at.
    mapping = models.JSONField(default=list)
    looked_at = models.JSONField(default=list)
    # How the texts of a field are read, where they have two readings.
    readings = models.JSONField(default=dict)
    # What unknown names are, by field and name.
    answers = models.JSONField(default=dict)
    # Corrected cells: by row and field.
    corrections = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=NewStatus, default=NewStatus.OPEN)
    adds_tasks = models.BooleanField(default=False)
    # Which rows of days in the future were confirmed, as `checking.FutureDays.token`.
    confirmed_days = models.CharField(max_length=24, blank=True)
    # Off: the import waits until no row of the preview has an error.
    leaves_out_errors = models.BooleanField(default=True)
    # The remembered columns that it was read with, and the name to remember these under.
    read_as = models.ForeignKey(
        ColumnMapping, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    remember_as = LineField(max_length=60, blank=True)

    # Rows of the file that were done, and their outcomes.
    done = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    left_out_count = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    is_stopping = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state__in=["queued", "running"]),
                name="unique_running_file_import",
            )
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == FileState.DRAFT

    @property
    def tag(self) -> str:
        """The colour of its state."""
        return STATE_TAGS.get(FileState(self.state), "waiting")

    @property
    def result(self) -> str:
        """What it did so far, in words."""
        parts = (
            (self.new_count, gettext("%s new")),
            (self.changed_count, gettext("%s changed")),
            (self.unchanged_count, gettext("%s there already")),
            (self.left_out_count, gettext("%s left out")),
            (self.error_count, gettext("%s with an error")),
        )
        return " · ".join(text % number(count) for count, text in parts if count) or gettext(
            "nothing yet"
        )

    @property
    def minutes_left(self) -> int | None:
        """How long the rest will take at the pace so far, in whole minutes; None if not known."""
        seconds = self._seconds_left()
        return None if seconds is None else round(seconds / 60)

    @property
    def seconds_left(self) -> int | None:
        """How long the rest will take at the pace so far, in steps of 5 seconds."""
        seconds = self._seconds_left()
        return None if seconds is None else max(5, round(seconds / 5) * 5)

    def _seconds_left(self) -> float | None:
        if not self.done or self.heartbeat_at is None:
            return None
        so_far = (self.heartbeat_at - self.created_at).total_seconds()
        return max(so_far, 0) / self.done * (self.total - self.done)

    @property
    def may_undo(self) -> bool:
        """Whether there is something to take back, if nothing stands in the way."""
        return self.state in UNDOABLE and bool(self.new_count or self.changed_count)

    @property
    def is_registrations(self) -> bool:
        """Whether its rows are hours, expenses or trips."""
        return self.kind in (FileKind.HOURS, FileKind.EXPENSES, FileKind.TRIPS)


class Outcome(models.TextChoices):
    """What an import does with a row."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Nothing")
    LEFT_OUT = "left_out", _("Left out")
    ERROR = "error", _("Error")


class ImportedRow(models.Model):
    """What an import did: with a row of the file, or (`row` 0) for a name that was new.

    `model` and `object_id` name what was stored. `before` has the values of a changed one, `set_to`
    those that it got, and `after` a fingerprint of what was stored: what differs from it was
    changed since.
    """

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=9, choices=Outcome)
    model = models.CharField(max_length=20, blank=True)
    object_id = models.BigIntegerField(null=True)
    before: Any = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    set_to: Any = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.CharField(max_length=32, blank=True)
    # The field and the sentence of an error.
    field = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["file_import", "outcome", "row"], name="imported_row_outcome"),
            models.Index(fields=["model", "object_id"], name="imported_row_object"),
            # The same row of an earlier file. With the model in front, so that SQLite does not
            # prefer the index above, of which it would read every row that was ever imported.
            models.Index(fields=["model", "after"], name="imported_row_print"),
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.outcome} {self.model} {self.object_id}"
