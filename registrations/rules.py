"""Rules for saving a registration; each refusal is a sentence at a field."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.closed_periods import why_closed
from lib.days import FIRST_YEAR, LAST_YEAR
from lib.formats import day as shown_day
from lib.text import fill
from lib.times import DAY, format_duration
from projects.models import Project, ProjectTask

from . import overlaps
from .models import Registration, TimeEntry, Trip, TripKind

# An amount in euros that no longer fits on a line.
TOO_MUCH = Decimal(10) ** 10


def is_registrable(day: datetime.date) -> bool:
    """Return True if registrations of that day can be booked."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def year_in(text: str) -> int | None:
    """Return the year in an address; None if its days cannot be booked, or it is no year."""
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def check_amount(row: Registration) -> None:
    """Raise ValidationError if the amount is higher than can be billed."""
    if abs(row.amount) >= TOO_MUCH:
        raise ValidationError({"price": _("The amount is higher than can be invoiced. Lower it.")})


def needs_description() -> str:
    """Say that hours must have a description here."""
    return _("Type what you did: this organisation requires a description.")


def check_description(row: Registration) -> None:
    """Raise ValidationError for hours without the description that the organisation requires."""
    is_bare = isinstance(row, TimeEntry) and not row.description.strip()
    if is_bare and row.organisation.requires_description:
        raise ValidationError({"description": needs_description()})


def check(row: Registration) -> None:
    """Raise ValidationError with the sentences, by field."""
    errors = errors_of_its_own(row)
    if isinstance(row, TimeEntry):
        errors |= _task_and_day_errors(row) | _overlap_errors(row)
    if errors:
        raise ValidationError(errors)


def errors_of_its_own(row: Registration) -> dict[str, str]:
    """Return what is wrong with its project and its day, by field: what needs no other row.

    Asks the database nothing, if project and customer are loaded.
    """
    return {**_project_errors(row), **_date_errors(row)}


def _project_errors(row: Registration) -> dict[str, str]:
    project = row.project
    if project is None:
        return {"project": no_project()} if needs_project(row) else {}
    if project.is_archived:
        return {"project": _("This project is archived. Choose another one, or restore it.")}
    if project.customer.is_archived:
        return {"project": _("The customer of this project is archived.")}
    return _team_errors(row)


def no_project() -> str:
    """Return the sentence about a billed row without a project."""
    return _("Choose a project, or untick Billable.")


def needs_project(row: Registration) -> bool:
    """Return True for hours and for what is billed; commuting and private trips never are."""
    if isinstance(row, Trip) and row.kind != TripKind.BUSINESS:
        return False
    return isinstance(row, TimeEntry) or row.is_billable


def _team_errors(row: Registration) -> dict[str, str]:
    """Refuse who is not on the team of a project for its team only; what is there may stay."""
    person, project = row.membership, row.project
    if not project.is_for_team_only or person.is_manager_of_all:
        return {}
    if Project.objects.open_to(person).filter(pk=project.pk).exists():
        return {}
    if type(row)._default_manager.filter(pk=row.pk, project=project).exists():
        return {}
    text = _("%(person)s is not on the team of this project. Choose another one.")
    return {"project": fill(text, {"person": person})}


def _date_errors(row: Registration) -> dict[str, str]:
    project: Project | None = row.project
    starts, ends = (project.starts_on, project.ends_on) if project else (None, None)
    if closed := why_closed(row.organisation, row.date):
        return {"date": closed}
    if not is_registrable(row.date):
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        return {"date": _("Choose a day between %(first)d and %(last)d.") % years}
    if starts and row.date < starts:
        return {"date": _("This project starts on %s.") % shown_day(starts)}
    if ends and row.date > ends:
        return {"date": _("This project ended on %s.") % shown_day(ends)}
    return {}


def _task_and_day_errors(entry: TimeEntry) -> dict[str, str]:
    """Check task and length of the day in one query; the caller holds the employee's lock."""
    others = TimeEntry.objects.filter(membership=entry.membership_id, date=entry.date)
    total = others.exclude(pk=entry.pk).order_by().values("membership").annotate(n=Sum("minutes"))
    tasks = ProjectTask.objects.filter(project=OuterRef("pk"), task=entry.task_id)
    has_task, minutes = (
        Project.objects.filter(pk=entry.project_id)
        .annotate(has_task=Exists(tasks), minutes=Coalesce(Subquery(total.values("n")), 0))
        .values_list("has_task", "minutes")
        .get()
    )
    errors: dict[str, str] = {}
    if not has_task:
        errors["task"] = task_not_on_project()
    return errors | errors_of_the_day(entry.minutes, registered=minutes)


def task_not_on_project() -> str:
    """Return the sentence about a task that its project does not have."""
    return _("This task is not on this project. Choose one of its tasks.")


def errors_of_the_day(minutes: int, *, registered: int) -> dict[str, str]:
    """Return what is wrong if a day gets so many minutes more, by field."""
    if minutes + registered <= DAY:
        return {}
    text = _("A day has 24 hours, and %s is already registered on this day.")
    return {"duration": text % format_duration(registered)}


def _overlap_errors(entry: TimeEntry) -> dict[str, str]:
    """Refuse overlapping times where the organisation wants that; stored times may stay."""
    if not entry.organisation.refuses_overlapping_times or _has_stored_times(entry):
        return {}
    sentence = overlaps.remark(entry)
    return {"start": sentence} if sentence else {}


def _has_stored_times(entry: TimeEntry) -> bool:
    names = ("membership_id", "date", "started_at", "ended_at", "minutes", "pause_minutes")
    times = {name: getattr(entry, name) for name in names}
    return TimeEntry.objects.filter(pk=entry.pk, **times).exists()
