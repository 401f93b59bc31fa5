"""The kinds of files, by their key."""

from .base import Kind
from .customers import CustomersKind
from .employees import EmployeesKind
from .expenses import ExpensesKind
from .hours import HoursKind
from .projects import ProjectsKind
from .tasks import TasksKind
from .trips import TripsKind

KINDS: dict[str, type[Kind]] = {
    kind.key: kind
    for kind in (
        HoursKind,
        ExpensesKind,
        TripsKind,
        CustomersKind,
        ProjectsKind,
        TasksKind,
        EmployeesKind,
    )
}
