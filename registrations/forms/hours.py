"""The form of Register → Hours."""

import datetime
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib import spans
from lib.picker_fields import PickerField
from lib.times import DAY, NOON, format_clock, format_duration
from projects.models import Project

from ..bookable import USABLE_TASKS, bookable_projects, bookable_tasks
from ..fields import ClockField, DurationField, PauseField
from ..models import TimeEntry
from ..rules import is_registrable
from .registration import RegistrationForm

# Work over midnight that lasts longer is asked about.
LONG = NOON
# Of the projects without a task, so many are named.
MOST_NAMED = 5
# For times on a form without a day: a day on which no clock changes.
SOME_DAY = datetime.date(2026, 1, 15)


class HoursForm(RegistrationForm):
    """Worked time: a duration, or start, end and pause.

    An end at or before the start is on the next day; the work belongs to the day it began.
    """

    duration = DurationField(label=_("Duration"), required=False)
    start = ClockField(label=_("Start"), required=False)
    end = ClockField(label=_("End"), required=False)
    pause = PauseField(label=_("Pause"), required=False)

    page = "hours"

    class Meta(RegistrationForm.Meta):
        model = TimeEntry
        field_classes = {**RegistrationForm.Meta.field_classes, "task": PickerField}
        fields = ("project", "task", "date", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        for name, value in (
            ("duration", row.minutes),
            ("start", row.started_at),
            ("end", row.ended_at),
            ("pause", row.pause_minutes or None),
        ):
            self.initial.setdefault(name, value)
        task = self.fields["task"]
        task.source_key = "hours-tasks"
        tasks = self.organisation.tasks.filter(Q(is_active=True) | Q(pk=row.task_id))
        mine = Project.objects.filter(pk=self.chosen.pk if self.chosen else 0)
        task.offer(tasks, among=bookable_tasks(self.organisation, mine))
        task.error_messages["required"] = _("Choose a task.")
        self.fields["project"].error_messages["invalid_choice"] = _(
            "Choose a project from the list: it is active and has a task."
        )

    def offered_projects(self) -> QuerySet[Project]:
        """Return the active projects with a task."""
        return bookable_projects(self.organisation, with_task=True)

    def hidden_projects(self) -> list[Project]:
        """Return some active projects that have no task to register on."""
        rows = self.organisation.projects.active().filter(~Exists(USABLE_TASKS))
        return list(rows.exclude(pk=self.instance.project_id).order_by("name")[:MOST_NAMED])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"duration", "start", "end", "pause"} & self.errors.keys():
            self._read_time(cleaned)
        return cleaned

    def ask_questions(self) -> None:
        super().ask_questions()
        row = self.instance
        if row.started_at is None or self.cleaned_data["duration"] is not None:
            return
        length = row.minutes + row.pause_minutes
        if spans.ends_next_day(row.started_at, row.ended_at) and length > LONG:
            text = gettext("%(start)s–%(end)s ends the next day and is %(length)s. Is that right?")
            self.ask("end", text % {**self._times(), "length": format_duration(length)})

    @property
    def shows_day(self) -> bool:
        """Whether something is said at the day, which the page chooses otherwise."""
        return bool(self.errors.get("date") or self.questions_at("date"))

    def calculations(self) -> dict[str, str]:
        row = self.instance
        is_wrong = bool({"duration", "start", "end", "pause"} & self.errors.keys())
        if row.started_at is None or row.minutes is None or is_wrong:
            return {}
        pause = f" − {format_duration(row.pause_minutes)}" if row.pause_minutes else ""
        times = "{start}–{end}".format(**self._times())
        return {"duration": f"{times}{pause} = {format_duration(row.minutes)}"}

    def _times(self) -> dict[str, str]:
        row = self.instance
        return {"start": format_clock(row.started_at), "end": format_clock(row.ended_at)}

    def _read_time(self, cleaned: dict[str, Any]) -> None:
        row = self.instance
        start, end, pause = cleaned.get("start"), cleaned.get("end"), cleaned.get("pause") or 0
        if (start is None) != (end is None):
            missing = "end" if end is None else "start"
            self.add_error(missing, gettext("Fill in both start and end, or neither."))
            return
        if pause and start is None:
            text = gettext("A pause belongs to start and end. Fill these in, or clear the pause.")
            self.add_error("pause", text)
        row.started_at, row.ended_at, row.pause_minutes = start, end, pause if start else 0
        row.minutes = cleaned["duration"]
        if start is not None and end is not None:
            self._fit_duration(self._possible(cleaned.get("date"), start, end), pause=pause)
        elif row.minutes is None:
            self.add_error("duration", gettext("How long? Type 1:30, 1,5 or 1h30m."))
        if row.minutes is not None and not 1 <= row.minutes <= DAY:
            self.add_error(
                "duration", gettext("Enter a duration of more than zero and at most 24 hours.")
            )

    def _possible(
        self, day: datetime.date | None, start: datetime.time, end: datetime.time
    ) -> list[int]:
        """Return the minutes from start to end: several if the clock shows one of them twice."""
        day = day if day and is_registrable(day) else SOME_DAY
        try:
            return spans.durations(day, start, end)
        except spans.NoSuchTime as error:
            self.add_error("end" if error.is_end else "start", str(error))
            return []

    def _fit_duration(self, lengths: list[int], *, pause: int) -> None:
        """Take the duration that start, end and pause give; refuse one that they do not give."""
        row, worked = self.instance, [length - pause for length in lengths if length > pause]
        shown = gettext(" or ").join(format_duration(minutes) for minutes in worked)
        if not worked:
            if lengths:
                text = gettext("The pause is not shorter than the time from start to end: %s.")
                self.add_error("pause", text % format_duration(max(lengths)))
        elif row.minutes is not None and row.minutes not in worked:
            text = gettext(
                "Start, end and pause give %s. Correct them, or leave the duration empty."
            )
            self.add_error("duration", text % shown)
        elif len(worked) > 1 and row.minutes is None:
            text = gettext("The clock goes back in this night. Type the true duration: %s.")
            self.add_error("duration", text % shown)
        row.minutes = worked[0] if len(worked) == 1 else row.minutes
