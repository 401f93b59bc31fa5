"""The name and the address of a registration, for the sentences that mention it."""

from django.urls import reverse

from lib.formats import day
from lib.kilometres import kilometres
from lib.times import format_duration
from lib.toasts import Link

from .models import Expense, Registration, TimeEntry, Trip

EDIT_NAMES = {TimeEntry: "hour-edit", Expense: "expense-edit", Trip: "trip-edit"}


def what(row: Registration) -> str:
    """Name the work: `1:30 · Website 2026 · Development`. Shows no amount."""
    match row:
        case TimeEntry():
            return f"{format_duration(row.minutes)} · {row.project} · {row.task}"
        case Expense():
            return _joined(row.project, row.category)
        case Trip():
            way = f"{row.origin} – {row.destination}"
            return _joined(f"{kilometres(row.distance)} km", row.project, way)
    raise TypeError(row)


def _joined(*parts: object) -> str:
    """Return the parts that are there; not every row has a project."""
    return " · ".join(str(part) for part in parts if part)


def whose(row: Registration) -> str:
    """Name the row among those of others: `20-11-2026 Website 2026 (Daan Visser)`."""
    name = row.project or what(row)
    return f"{day(row.date)} {name} ({row.membership})"


def link_to(row: Registration, name: str) -> Link:
    """Return the link from this name to the row."""
    return name, reverse(f"registrations:{EDIT_NAMES[type(row)]}", args=[row.pk])
