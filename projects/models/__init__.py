"""The models of projects, by subject."""

from .catalogue import ExpenseCategory, Task, TripSettings, Vehicle
from .project import Method, Project, ProjectMember, ProjectQuerySet, ProjectTask
from .scheduled_amounts import Frequency, Instalment, Subscription, Term, TermKind, TermQuerySet

__all__ = [
    "ExpenseCategory",
    "Frequency",
    "Instalment",
    "Method",
    "Project",
    "ProjectMember",
    "ProjectQuerySet",
    "ProjectTask",
    "Subscription",
    "Task",
    "Term",
    "TermKind",
    "TermQuerySet",
    "TripSettings",
    "Vehicle",
]
