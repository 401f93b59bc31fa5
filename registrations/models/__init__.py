"""Models of registrations, by subject."""

from .decisions import Decision, DecisionMail, WeekReminder
from .favourites import FavouriteTrip, FavouriteWork
from .leave import Leave, LeaveGrant, LeaveKind, LeaveStatus
from .registration import (
    BILLABLE_STATUSES,
    DRAFT,
    EARNING_STATUSES,
    EDITABLE_STATUSES,
    KINDS,
    UNSETTLED_STATUSES,
    Expense,
    Registration,
    RegistrationQuerySet,
    Status,
    TimeEntry,
    Trip,
    TripKind,
    notes_start,
)
from .saved_views import SavedView
from .timer import Timer

__all__ = [
    "BILLABLE_STATUSES",
    "DRAFT",
    "EARNING_STATUSES",
    "EDITABLE_STATUSES",
    "KINDS",
    "UNSETTLED_STATUSES",
    "Decision",
    "DecisionMail",
    "Expense",
    "FavouriteTrip",
    "FavouriteWork",
    "Leave",
    "LeaveGrant",
    "LeaveKind",
    "LeaveStatus",
    "Registration",
    "RegistrationQuerySet",
    "SavedView",
    "Status",
    "TimeEntry",
    "Timer",
    "Trip",
    "TripKind",
    "WeekReminder",
    "notes_start",
]
