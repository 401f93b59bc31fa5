"""Files of hours."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import spans
from lib.days import ONE_DAY
from lib.time_fields import ClockField
from lib.times import DAY, format_clock, format_duration, parse_pause
from projects.models import ProjectTask, Task
from registrations import overlaps, rules
from registrations.models import TimeEntry
from registrations.rates.rounding import round_days

from ..cells import Day, Duration, Name, Text, Typed
from .base import Context, Field, ReadRow
from .registrations import RegistrationKind, lacking_tasks

DESCRIPTION = TimeEntry._meta.get_field("description").formfield()

EMPLOYEE = Field(
    "employee",
    gettext_lazy("Employee"),
    Name(),
    ("medewerker", "werknemer", "employee", "user", "gebruiker", "person", "persoon", "naam"),
    is_required=True,
    directory="employee",
    example="Sanne de Vries",
)
DATE = Field(
    "date",
    gettext_lazy("Date"),
    Day(),
    ("datum", "date", "dag", "day"),
    is_required=True,
    example="28-11-2026",
)
CUSTOMER = Field(
    "customer",
    gettext_lazy("Customer"),
    Name(),
    ("klant", "customer", "client", "relatie", "relation", "opdrachtgever", "klantnaam"),
    directory="customer",
    example="Bakkerij Van Dam",
)
PROJECT = Field(
    "project",
    gettext_lazy("Project"),
    Name(),
    ("project", "projectnaam", "project name", "opdracht", "projectcode"),
    is_required=True,
    directory="project",
    within="customer",
    example="Website 2026",
)
NOTE = Field(
    "description",
    gettext_lazy("Description"),
    Text(DESCRIPTION),
    ("omschrijving", "description", "memo", "notitie", "notities", "notes", "note", "opmerking",
     "toelichting", "comment"),
    example="Sprintplanning",
)  # fmt: skip


def _clock(label: Any, name: str, headings: tuple[str, ...], example: str) -> Field:
    return Field(name, label, Typed(ClockField(), format_clock), headings, example=example)


FIELDS = (
    DATE,
    EMPLOYEE,
    CUSTOMER,
    PROJECT,
    Field(
        "task",
        gettext_lazy("Task"),
        Name(),
        ("taak", "task", "activiteit", "activity", "werksoort", "dienst", "service", "uursoort"),
        is_required=True,
        directory="task",
        example="Ontwerp",
    ),
    Field(
        "duration",
        gettext_lazy("Duration"),
        Duration(),
        ("uren", "hours", "duur", "duration", "tijd", "time", "aantal uren", "aantal uur", "uur"),
        example="1:30",
    ),
    _clock(gettext_lazy("Start"), "start", ("start", "begin", "van", "from", "starttijd"), ""),
    _clock(gettext_lazy("End"), "end", ("eind", "einde", "end", "tot", "until", "eindtijd"), ""),
    Field("pause", gettext_lazy("Pause"), Duration(parse_pause), ("pauze", "pause", "break")),
    NOTE,
)


class HoursKind(RegistrationKind):
    """Files of hours."""

    key = "hours"
    model = TimeEntry
    stored = (
        "membership_id", "project_id", "task_id", "date", "description",
        "minutes", "started_at", "ended_at", "pause_minutes",
    )  # fmt: skip
    identity = ("membership_id", "project_id", "task_id", "date", "description", "started_at")
    figures = ("minutes", "ended_at", "pause_minutes")
    named: ClassVar[Mapping[str, str]] = {
        "minutes": "duration", "ended_at": "end", "pause_minutes": "pause",
    }  # fmt: skip
    priced = ("hourly_rate", "rounded_by")
    references = {"task": (Task, "task")}

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def check_mapping(self, mapped: Any) -> list[str]:
        chosen = set(mapped)
        lacking = super().check_mapping(chosen)
        if "duration" not in chosen and not {"start", "end"} <= chosen:
            lacking.append(_("Duration, or Start and End"))
        return lacking

    def values(self, row: ReadRow, context: Context) -> dict[str, Any]:
        minutes = row.values.get("duration")
        start, end = row.values.get("start"), row.values.get("end")
        pause = row.values.get("pause") or 0
        if (start is None) != (end is None) and minutes and start is not None:
            end = spans.end_after(row.values["date"], start, minutes=minutes + pause)
        if (start is None) != (end is None):
            missing = "end" if end is None else "start"
            row.errors[missing] = _("Fill in both start and end, or neither.")
        elif pause and start is None:
            row.errors["pause"] = _(
                "A pause belongs to start and end. Fill these in, or clear the pause."
            )
        elif start is not None:
            minutes = self._fitting(row, start, end, pause=pause)
        if not row.errors and (minutes is None or not 1 <= minutes <= DAY):
            row.errors["duration"] = _("Enter a duration of more than zero and at most 24 hours.")
        return {
            "minutes": minutes or 0,
            "started_at": start,
            "ended_at": end,
            "pause_minutes": pause if start else 0,
        }

    @staticmethod
    def _fitting(row: ReadRow, start: Any, end: Any, *, pause: int) -> int | None:
        """Return the minutes that start, end and pause give, as the form of hours does."""
        typed: int | None = row.values.get("duration")
        try:
            lengths = spans.durations(row.values["date"], start, end)
        except spans.NoSuchTime as error:
            row.errors["end" if error.is_end else "start"] = str(error)
            return typed
        worked = [length - pause for length in lengths if length > pause]
        shown = _(" or ").join(format_duration(minutes) for minutes in worked)
        if not worked:
            text = _("The pause is not shorter than the time from start to end: %s.")
            row.errors["pause"] = text % format_duration(max(lengths))
        elif typed is not None and typed not in worked:
            text = _("Start, end and pause give %s. Correct them, or leave the duration empty.")
            row.errors["duration"] = text % shown
        elif len(worked) > 1 and typed is None:
            text = _("The clock goes back in this night. Type the true duration: %s.")
            row.errors["duration"] = text % shown
        return worked[0] if len(worked) == 1 else typed

    def prepare(self, rows: list[ReadRow], targets: dict[int, Any], context: Context) -> None:
        pairs = {(row.values["project"], row.values["task"]) for row in rows}
        self._lacking = lacking_tasks(pairs, context)
        if context.organisation.refuses_overlapping_times:
            self._times = self._near(list(targets.values()), context)

    def _near(self, targets: list[Any], context: Context) -> list[TimeEntry]:
        days = {one.date + n * ONE_DAY for one in targets for n in (-1, 0, 1)}
        people = {one.membership_id for one in targets}
        rows = TimeEntry.objects.filter(organisation=context.organisation, date__in=days)
        timed = rows.filter(membership__in=people, started_at__isnull=False)
        return list(timed.select_related("project"))

    def remember(self, stored: list[Any], context: Context) -> None:
        self._registered: dict[Any, int] = {}
        for one in stored:
            day = (one.membership_id, one.date)
            self._registered[day] = self._registered.get(day, 0) + one.minutes

    def rule_errors(
        self, row: ReadRow, target: Any, context: Context, *, stored: Any
    ) -> dict[str, str]:
        errors = {}
        pair = (row.values["project"], row.values["task"])
        if pair in self._lacking and not self._may_add(pair, context):
            errors["task"] = rules.task_not_on_project()
        day = (target.membership_id, target.date)
        registered = self._registered.get(day, 0) + context.minutes[day]
        if stored is not None:
            registered -= stored.minutes
        errors |= rules.errors_of_the_day(target.minutes, registered=registered)
        if context.organisation.refuses_overlapping_times and target.started_at:
            others = [
                one
                for one in (*self._times, *context.times)
                if one.membership_id == target.membership_id
                and (stored is None or one.pk != stored.pk)
            ]
            if remark := overlaps.remark_about(overlaps.overlapping_among(target, others)):
                errors["start"] = remark
        return errors

    def stored_rows(self, rows: list[Any], context: Context) -> None:
        round_days(rows, organisation=context.organisation)

    @staticmethod
    def _may_add(pair: tuple[int, int], context: Context) -> bool:
        """Whether the task comes on the project: if asked, and if one of them is new."""
        project, task = pair
        is_new = project in context.created["project"] or task in context.created["task"]
        return context.adds_tasks or is_new

    def accept(self, row: ReadRow, target: Any, context: Context, *, stored: Any) -> Any:
        day = (target.membership_id, target.date)
        context.minutes[day] += target.minutes - (stored.minutes if stored is not None else 0)
        if target.started_at:
            context.times.append(target)
        pair = (row.values["project"], row.values["task"])
        return pair if pair in self._lacking else None

    def store_beside(self, pairs: list[Any]) -> None:
        ProjectTask.objects.bulk_create(
            (
                ProjectTask(project_id=project, task_id=task)
                for project, task in dict.fromkeys(pairs)
            ),
            ignore_conflicts=True,
        )

    def shown(self, name: str, value: Any) -> str:
        if name == "ended_at":
            return format_clock(value) if value else ""
        return format_duration(value)
