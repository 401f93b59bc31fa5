"""The name and the address of a registration, for the sentences that mention it."""

import datetime

from django.urls import reverse

from accounts.models import full_name
from lib.formats import day
from lib.kilometres import kilometres
from lib.times import format_duration
from lib.toasts import Link

from .models import Expense, Registration, TimeEntry, Trip

# The columns of a registration that `named` needs.
NAMED_BY = (
    *("date", "membership__user__first_name", "membership__user__last_name", "project__name"),
)
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


def named(date: datetime.date, first_name: str, last_name: str, project: str | None) -> str:
    """Name a row in the audit trail, from NAMED_BY: `20-11-2026 · Daan Visser · Website 2026`."""
    return _joined(day(date), full_name(first_name, last_name, ""), project)


def name_of(row: Registration) -> str:
    """Name a row in the audit trail as `named` does."""
    return _joined(day(row.date), row.membership, row.project)


def link_to(row: Registration, name: str) -> Link:
    """Return the link from this name to the row."""
    return name, reverse(f"registrations:{EDIT_NAMES[type(row)]}", args=[row.pk])
