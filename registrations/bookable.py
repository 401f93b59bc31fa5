"""What can be registered on: the projects, their customers, and tasks on projects."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership, Organisation
from customers.models import Customer
from projects.models import Method, Project, ProjectTask

USABLE_TASKS = ProjectTask.objects.filter(project=OuterRef("pk"), task__is_active=True)


def customers_of(organisation: Organisation, projects: QuerySet[Project]) -> QuerySet[Customer]:
    """Return the customers that have one of these projects."""
    return organisation.customers.filter(pk__in=projects.order_by().values("customer"))


def bookable_projects(organisation: Organisation, person: Membership) -> QuerySet[Project]:
    """Return the active projects that the person is on the team of, or that are for everybody."""
    projects = organisation.projects.active()
    return projects if person.is_manager_of_all else projects.open_to(person)


def without_task(organisation: Organisation) -> QuerySet[Project]:
    """Return the active projects that no hours can be registered on."""
    return organisation.projects.active().filter(~Exists(USABLE_TASKS))


def bookable_work(organisation: Organisation, person: Membership) -> QuerySet[ProjectTask]:
    """Return the active tasks on the projects that the person can register hours on."""
    projects = bookable_projects(organisation, person)
    return ProjectTask.objects.filter(project__in=projects, task__is_active=True)


def work_of(
    organisation: Organisation, *, project: int | None, task: int | None
) -> QuerySet[ProjectTask]:
    """Return this task on this project, also where it can no longer be registered on."""
    return ProjectTask.objects.filter(
        project__organisation=organisation, project=project or 0, task=task or 0
    )


def is_billable_work(work: ProjectTask) -> bool:
    """Return True if hours on this task of this project are billed, unless somebody chooses."""
    is_billed = work.project.billing_method is not Method.NONE
    return is_billed and work.is_billable and work.task.is_billable
