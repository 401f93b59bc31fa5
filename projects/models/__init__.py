"""Models of projects, by subject."""

from .budgets import BudgetKind, BudgetWarning
from .catalogue import ExpenseCategory, Task, TripSettings, Vehicle
from .project import HOURLY, Method, Project, ProjectMember, ProjectQuerySet, ProjectTask
from .rates import SUBJECTS, DatedRate, RateChange, RateKind, Subject
from .scheduled_amounts import (
    Frequency,
    Instalment,
    ScheduledAmount,
    ScheduledAmountKind,
    ScheduledAmountQuerySet,
    Subscription,
)

__all__ = [
    "HOURLY",
    "SUBJECTS",
    "BudgetKind",
    "BudgetWarning",
    "DatedRate",
    "ExpenseCategory",
    "Frequency",
    "Instalment",
    "Method",
    "Project",
    "ProjectMember",
    "ProjectQuerySet",
    "ProjectTask",
    "RateChange",
    "RateKind",
    "ScheduledAmount",
    "ScheduledAmountKind",
    "ScheduledAmountQuerySet",
    "Subject",
    "Subscription",
    "Task",
    "TripSettings",
    "Vehicle",
]
