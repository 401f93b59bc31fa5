"""The price of an hour by the invoicing method of its project, and where to set a missing rate."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from lib.text import fill

from .models import Method, Project, ProjectMember, ProjectTask, Task

WHERE_TO_SET = {
    Method.TASK_RATE: gettext_lazy(
        "Set an hourly rate for the task %(task)s, in Management → Tasks or on %(project)s."
    ),
    Method.EMPLOYEE_RATE: gettext_lazy(
        "Set an hourly rate for %(employee)s, in Management → Employees or on %(project)s."
    ),
    Method.PROJECT_RATE: gettext_lazy("Set the hourly rate of the project %(project)s."),
    Method.CUSTOMER_RATE: gettext_lazy(
        "Set an hourly rate for %(customer)s, in Management → Customers."
    ),
}


class RateBook:
    """The rates of some projects, read in at most three queries; looking up a rate reads nothing.

    Pass loaded objects for tasks and memberships.
    """

    def __init__(self, projects: Iterable[Project]) -> None:
        rows = list(projects)
        ids = {project.pk for project in rows}
        self._customer_rates = _customer_rates(rows)
        self._tasks = {
            (row.project_id, row.task_id): row
            for row in ProjectTask.objects.filter(project__in=ids)
        }
        self._member_rates: dict[tuple[int, int], Decimal | None] = {
            (project, membership): rate
            for project, membership, rate in ProjectMember.objects.filter(
                project__in=[one.pk for one in rows if one.method == Method.EMPLOYEE_RATE]
            ).values_list("project_id", "membership_id", "hourly_rate")
        }

    def hourly_rate(
        self, *, project: Project, task: Task, membership: Membership
    ) -> Decimal | None:
        """Return euros excl. VAT per hour; None if hours are not billed, or if no rate is set."""
        if not project.billing_method.is_hourly or not self.is_billable(project=project, task=task):
            return None
        return self._rate(project, task, membership)

    def is_billable(self, *, project: Project, task: Task) -> bool:
        """Return True if the task is billable in general and on this project."""
        on_project = self._tasks.get((project.pk, task.pk))
        return task.is_billable and (on_project is None or on_project.is_billable)

    def why_no_rate(self, *, project: Project, task: Task, membership: Membership) -> str:
        """Return why there is no rate and where to set it; "" if there is one."""
        method = project.billing_method
        if method is Method.NONE:
            return _("%(project)s is not billed.") % {"project": project}
        if method.has_scheduled_amounts:
            return _("%(project)s is billed by fixed price or subscription, not by the hour.") % {
                "project": project
            }
        if not self.is_billable(project=project, task=task):
            return fill(
                _("The task %(task)s is not billable on %(project)s."),
                {"task": task, "project": project},
            )
        if self._rate(project, task, membership) is not None:
            return ""
        return fill(
            str(WHERE_TO_SET[method]),
            {
                "task": task,
                "project": project,
                "employee": membership,
                "customer": project.customer,
            },
        )

    def _rate(self, project: Project, task: Task, membership: Membership) -> Decimal | None:
        match project.billing_method:
            case Method.TASK_RATE:
                on_project = self._tasks.get((project.pk, task.pk))
                rate = on_project.hourly_rate if on_project else None
                return _first(rate, task.hourly_rate)
            case Method.EMPLOYEE_RATE:
                rate = self._member_rates.get((project.pk, membership.pk))
                return _first(rate, membership.hourly_rate)
            case Method.PROJECT_RATE:
                return project.hourly_rate
        # By customer rate: the callers rule out methods that are not billed by the hour.
        return self._customer_rates.get(project.pk)


def hourly_rate(*, project: Project, task: Task, membership: Membership) -> Decimal | None:
    """Return euros excl. VAT for an hour on a task; None if it is not billed by the hour."""
    return RateBook([project]).hourly_rate(project=project, task=task, membership=membership)


def why_no_rate(*, project: Project, task: Task, membership: Membership) -> str:
    """Return why there is no rate and where to set it; "" if there is one."""
    return RateBook([project]).why_no_rate(project=project, task=task, membership=membership)


def _customer_rates(projects: Sequence[Project]) -> dict[int, Decimal | None]:
    """Return the hourly rate of the customer by id of the project; loaded ones are not read."""
    found = {
        one.pk: one.customer.hourly_rate for one in projects if Project.customer.is_cached(one)
    }
    others = [one.pk for one in projects if one.pk not in found]
    if others:
        rates = Project.objects.filter(pk__in=others).values_list("pk", "customer__hourly_rate")
        found.update(rates)
    return found


def _first(*rates: Decimal | None) -> Decimal | None:
    return next((rate for rate in rates if rate is not None), None)
