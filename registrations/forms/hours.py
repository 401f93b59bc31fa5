"""The form of Register → Hours."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib import spans
from lib.picker_fields import PickerField
from lib.time_fields import ClockField, DurationField, PauseField
from lib.times import DAY, NOON, format_clock, format_duration
from projects.models import Project, ProjectTask

from .. import rules
from ..bookable import bookable_work, is_billable_work, without_task, work_of
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
    """Worked time on a task of a project: a duration, or start, end and pause.

    An end at or before the start is on the next day; the work belongs to the day it began. The end
    follows from start and duration where it is left out.
    """

    customer = None  # type: ignore[assignment]  # one box has customer, project and task
    work = PickerField(
        label=_("What did you work on?"), queryset=ProjectTask.objects.none(), source="hours-work"
    )
    duration = DurationField(label=_("Duration"), required=False)
    start = ClockField(label=_("Start"), required=False)
    end = ClockField(label=_("End"), required=False)
    pause = PauseField(label=_("Pause"), required=False)
    billable = forms.BooleanField(label=_("Billable"), required=False)
    # What the task says, as the page showed it: another value of `billable` was chosen.
    billable_shown = forms.CharField(required=False, widget=forms.HiddenInput)

    page = "hours"
    field_order = ("work", "date", "description")

    class Meta(RegistrationForm.Meta):
        model = TimeEntry
        fields = ("date", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if self.organisation.requires_description:
            self.fields["description"].required = True
            self.fields["description"].error_messages["required"] = rules.needs_description()
        for name, value in (
            ("duration", row.minutes),
            ("start", row.started_at),
            ("end", row.ended_at),
            ("pause", row.pause_minutes or None),
        ):
            self.initial.setdefault(name, value)

    def offer_choices(self) -> None:
        row, work = self.instance, self.fields["work"]
        offered = bookable_work(self.organisation, row.membership)
        of_row = work_of(self.organisation, project=row.project_id, task=row.task_id)
        chosen = of_row.select_related(*work.kind.related).first() if row.project_id else None
        kept = Q(pk=chosen.pk) if chosen else Q()
        work.offer(ProjectTask.objects.filter(Q(pk__in=offered) | kept), among=offered)
        work.error_messages["required"] = _("Choose what you worked on.")
        work.error_messages["invalid_choice"] = _(
            "Choose from the list: an active task on an active project."
        )
        follows = is_billable_work(chosen) if chosen else True
        self.initial["billable_shown"] = "1" if follows else "0"
        self.initial["billable"] = follows if row.billable_choice is None else row.billable_choice
        if chosen:
            self.initial["work"] = chosen.pk
            work.remember(chosen)
        self.has_projects = offered.exists()

    def hidden_projects(self) -> list[Project]:
        """Return some active projects that have no task to register on."""
        rows = without_task(self.organisation).exclude(pk=self.instance.project_id)
        return list(rows.order_by("name")[:MOST_NAMED])

    def add_error(self, field: str | None, error: Any) -> None:
        """Add an error; what is wrong with the project or the task stands at their one box."""
        if isinstance(error, ValidationError) and hasattr(error, "error_dict"):
            errors: dict[str, list[ValidationError]] = {}
            for name, found in error.error_dict.items():
                at = "work" if name in ("project", "task") else name
                errors.setdefault(at, []).extend(found)
            error = ValidationError(errors)
        super().add_error(field, error)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if work := cleaned.get("work"):
            self.instance.project, self.instance.task = work.project, work.task
            self._choose_billable(cleaned)
        if not {"duration", "start", "end", "pause"} & self.errors.keys():
            self._read_time(cleaned)
        return cleaned

    @property
    def follows_task(self) -> bool:
        """Whether the switch says what the task says."""
        return bool(self["billable"].value()) == (self["billable_shown"].value() != "0")

    def _choose_billable(self, cleaned: dict[str, Any]) -> None:
        """Keep what was chosen for these hours; without the switch, what was chosen before."""
        if not cleaned.get("billable_shown"):
            return
        chosen = bool(cleaned["billable"])
        is_touched = chosen != (cleaned["billable_shown"] == "1")
        self.instance.billable_choice = chosen if is_touched else None

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
        if start is not None and end is None and cleaned["duration"]:
            day = self._real_day(cleaned.get("date"))
            end = spans.end_after(day, start, minutes=cleaned["duration"] + pause)
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
        try:
            return spans.durations(self._real_day(day), start, end)
        except spans.NoSuchTime as error:
            self.add_error("end" if error.is_end else "start", str(error))
            return []

    @staticmethod
    def _real_day(day: datetime.date | None) -> datetime.date:
        return day if day and is_registrable(day) else SOME_DAY

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
