"""Finance → Unbilled: what can be billed, per customer and project, whatever the method.

Hours count when their project is billed by the hour; expenses and trips on every project that is
billed at all; agreed amounts when they are due.
"""

from .figures import (
    customers_with_something,
    everything_unbilled,
    has_work,
    totals,
    unbilled_of,
)
from .parts import UnbilledCustomer, UnbilledProject
from .projects import billable_projects
from .rows import SCHEDULED, WORK, UnbilledFilter, unbilled_work

__all__ = [
    "SCHEDULED",
    "WORK",
    "UnbilledCustomer",
    "UnbilledFilter",
    "UnbilledProject",
    "billable_projects",
    "customers_with_something",
    "everything_unbilled",
    "has_work",
    "totals",
    "unbilled_of",
    "unbilled_work",
]
