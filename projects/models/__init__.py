"""Models of projects, by subject."""

from .catalogue import ExpenseCategory, Task, TripSettings, Vehicle
from .project import Method, Project, ProjectMember, ProjectQuerySet, ProjectTask
from .scheduled_amounts import (
    Frequency,
    Instalment,
    ScheduledAmount,
    ScheduledAmountKind,
    ScheduledAmountQuerySet,
    Subscription,
)

__all__ = [
    "ExpenseCategory",
    "Frequency",
    "Instalment",
    "Method",
    "Project",
    "ProjectMember",
    "ProjectQuerySet",
    "ProjectTask",
    "ScheduledAmount",
    "ScheduledAmountKind",
    "ScheduledAmountQuerySet",
    "Subscription",
    "Task",
    "TripSettings",
    "Vehicle",
]
