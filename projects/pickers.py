"""Which projects and tasks can be picked, and how they are found."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from accounts.pickers import is_manager
from customers.models import Customer
from customers.pickers import CUSTOMER, active_customers
from lib.pickers import (
    MOST_RECENT,
    SEPARATOR,
    Filled,
    Kind,
    Source,
    of_organisation,
    register,
)

from .models import Project, ProjectTask, Task

# The number of latest rows among which the recently used ones are looked for.
LATEST = 30


def _project_detail(project: Project) -> str:
    return " · ".join(filter(None, [str(project.customer), project.code]))


def _its_customer(project: Project) -> Filled:
    return {"customer": (project.customer_id, str(project.customer))}


def _task_detail(task: Any) -> str:
    is_billable = task.is_billable and getattr(task, "is_billed_here", True)
    return " · ".join(filter(None, [task.code, "" if is_billable else gettext("Not billable")]))


def project_and_task(work: ProjectTask) -> str:
    """Name a task on its project: `Website 2026 · Development`."""
    return f"{work.project} {SEPARATOR} {work.task}"


def _work_detail(work: ProjectTask) -> str:
    is_billable = work.is_billable and work.task.is_billable
    parts = [str(work.project.customer), work.project.code]
    return " · ".join(filter(None, [*parts, "" if is_billable else gettext("Not billable")]))


PROJECT = Kind(
    key="project",
    icon="briefcase",
    nothing=_("No project with “%(text)s”. Choose from the list."),
    several=_("More than one project is called “%(text)s”. Choose one from the list."),
    none_yet=_("There is no project to choose yet."),
    placeholder=_("Which project?"),
    searched=(("name", "code"), ("customer__name", "customer__number")),
    name=("name",),
    order=(Lower("name"), Lower("customer__name")),
    related=("customer",),
    detail=_project_detail,
    filled=("customer",),
    fills=_its_customer,
)
TASK = Kind(
    key="task",
    icon="list-checks",
    nothing=_("No task with “%(text)s”. Choose from the list."),
    several=_("More than one task is called “%(text)s”. Choose one from the list."),
    none_yet=_("There is no task to choose yet."),
    placeholder=_("Which task?"),
    searched=(("name", "code"),),
    name=("name",),
    order=(Lower("name"),),
    detail=_task_detail,
)
# A task on a project, found by the names of customer, project and task alike.
WORK = Kind(
    key="work",
    icon="briefcase",
    nothing=_("No project or task with “%(text)s”. Choose from the list."),
    several=_("“%(text)s” is the name of more than one. Choose one from the list."),
    none_yet=_("There is no project with a task to choose yet."),
    placeholder=_("Customer, project or task"),
    searched=(
        ("project__name", "project__code"),
        ("task__name", "task__code"),
        ("project__customer__name", "project__customer__number"),
    ),
    name=("project__name", "task__name"),
    order=(Lower("project__name"), Lower("task__name")),
    related=("project__customer", "task"),
    label=project_and_task,
    detail=_work_detail,
)


def first_of(ids: Iterable[int | None]) -> list[int]:
    """Return the first few different ids, in their order."""
    return list(dict.fromkeys(pk for pk in ids if pk is not None))[:MOST_RECENT]


def with_projects(organisation: Organisation) -> QuerySet[Customer]:
    """Return the customers with a project."""
    return organisation.customers.filter(pk__in=organisation.projects.values("customer"))


def active_tasks(organisation: Organisation) -> QuerySet[Task]:
    return organisation.tasks.filter(is_active=True)


def _latest_customers(membership: Membership) -> list[int]:
    latest = Project.objects.filter(organisation=membership.organisation_id).order_by("-pk")
    return first_of(latest.values_list("customer", flat=True)[:LATEST])


for _key, _rows in (("active-customers", active_customers), ("project-customers", with_projects)):
    _offered = of_organisation(_rows)
    register(Source(_key, CUSTOMER, rows=_offered, may=is_manager, recent=_latest_customers))
register(Source("active-tasks", TASK, rows=of_organisation(active_tasks), may=is_manager))
