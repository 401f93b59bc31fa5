"""What a row has to satisfy before it is saved: each refusal is a sentence at a field."""

from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.utils.translation import gettext as _

from .durations import DAY, written
from .models import Registration, TimeEntry


def check(row: Registration) -> None:
    """Raises ValidationError with the sentences, by field."""
    errors = {**_project_errors(row), **_date_errors(row)}
    if isinstance(row, TimeEntry):
        errors |= _task_errors(row) | _day_errors(row)
    if errors:
        raise ValidationError(errors)


def _project_errors(row: Registration) -> dict[str, str]:
    project = row.project
    if project.is_archived:
        return {"project": _("This project is archived. Choose another one, or restore it.")}
    if project.customer.is_archived:
        return {"project": _("The customer of this project is archived.")}
    return {}


def _date_errors(row: Registration) -> dict[str, str]:
    starts, ends = row.project.starts_on, row.project.ends_on
    if starts and row.date < starts:
        return {"date": _("This project starts on %s.") % starts.strftime("%d-%m-%Y")}
    if ends and row.date > ends:
        return {"date": _("This project ended on %s.") % ends.strftime("%d-%m-%Y")}
    return {}


def _task_errors(entry: TimeEntry) -> dict[str, str]:
    if entry.project.project_tasks.filter(task=entry.task_id).exists():
        return {}
    return {"task": _("This task is not on this project. Choose one of its tasks.")}


def _day_errors(entry: TimeEntry) -> dict[str, str]:
    """The caller holds the lock on the employee, so that two rows do not pass side by side."""
    others = TimeEntry.objects.filter(membership=entry.membership_id, date=entry.date)
    minutes = others.exclude(pk=entry.pk).aggregate(total=Sum("minutes"))["total"] or 0
    if minutes + entry.minutes <= DAY:
        return {}
    text = _("A day has 24 hours, and %s are registered on this one already.")
    return {"duration": text % written(minutes)}
