"""What can be registered on: the projects, their customers and their tasks."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Organisation
from customers.models import Customer
from projects.models import Project, ProjectTask, Task

USABLE_TASKS = ProjectTask.objects.filter(project=OuterRef("pk"), task__is_active=True)


def bookable_projects(organisation: Organisation, *, with_task: bool) -> QuerySet[Project]:
    """Return the active projects; hours need one with a task."""
    rows = organisation.projects.active()
    return rows.filter(Exists(USABLE_TASKS)) if with_task else rows


def customers_of(organisation: Organisation, projects: QuerySet[Project]) -> QuerySet[Customer]:
    """Return the customers that have one of these projects."""
    return organisation.customers.filter(pk__in=projects.order_by().values("customer"))


def bookable_tasks(organisation: Organisation, projects: QuerySet[Project]) -> QuerySet[Task]:
    """Return the active tasks of these projects, with whether they are billed there."""
    here = ProjectTask.objects.filter(task=OuterRef("pk"), project__in=projects)
    rows = organisation.tasks.filter(Exists(here), is_active=True)
    return rows.annotate(is_billed_here=Exists(here.filter(is_billable=True)))
