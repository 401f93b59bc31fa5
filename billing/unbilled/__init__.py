"""Finance → Unbilled: what can be billed, per customer and project, whatever the method.

Hours count when their project is billed by the hour; expenses and trips on every project that is
billed at all; agreed amounts when they are due.
"""

from .figures import (
    has_work,
    unbilled_of,
)
from .parts import UnbilledCustomer, UnbilledProject
from .projects import billable_projects
from .rows import SCHEDULED, WORK, UnbilledFilter, unbilled_work
from .summary import summarise

__all__ = [
    "SCHEDULED",
    "WORK",
    "UnbilledCustomer",
    "UnbilledFilter",
    "UnbilledProject",
    "billable_projects",
    "has_work",
    "summarise",
    "unbilled_of",
    "unbilled_work",
]
