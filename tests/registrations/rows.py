"""Hours of the office."""

from django.utils import timezone

from registrations.models import TimeEntry
from tests import factories


def row_of(office, **fields: object) -> TimeEntry:
    """An hour of the employee on the project of the office, dated today."""
    standard = {
        "project": office.project,
        "task": office.task,
        "membership": office.employee,
        "date": timezone.localdate(),
    }
    return factories.create_time_entry(**standard | fields)
