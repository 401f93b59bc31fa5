"""The price of an hour by the invoicing method of its project.

Rates hold from a date on: a price is looked up with the date of the work.
"""

import datetime
from collections.abc import Iterable, Sequence
from copy import copy
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Membership
from customers.models import Customer
from lib.current_rates import rate_on

from .dated_rates import RateEdit, dated_rates
from .models import HOURLY, Method, Project, ProjectMember, ProjectTask, Subject, Task

_Rated = Project | ProjectTask | ProjectMember | Task | Membership


class RateBook:
    """The rates of some projects, read in at most four queries; looking up a rate reads nothing.

    Pass loaded objects for tasks and memberships. `edit` is a change of rates that is not saved
    yet: the book answers as if it were.
    """

    def __init__(self, projects: Iterable[Project], *, edit: RateEdit | None = None) -> None:
        rows = list(projects)
        self._customer_rates = _customer_rates(rows)
        self._tasks = {
            (row.project_id, row.task_id): row
            for row in ProjectTask.objects.filter(project__in={project.pk for project in rows})
        }
        by_employee = {one.pk for one in rows if one.method == Method.EMPLOYEE_RATE}
        members = ProjectMember.objects.filter(project__in=by_employee)
        self._members = {(row.project_id, row.membership_id): row for row in members}
        self._dated = dated_rates(_dated_rates_of(rows), edit=edit)

    def edited(self, edit: RateEdit) -> "RateBook":
        """Return a book that answers as if a change were saved; reads nothing."""
        other = copy(self)
        other._dated = self._dated.edited(edit)
        return other

    def hourly_rate(
        self,
        *,
        project: Project,
        task: Task,
        membership: Membership,
        day: datetime.date,
        is_chosen: bool = False,
    ) -> Decimal | None:
        """Return euros excl. VAT per hour; None if hours are not billed, or if no rate is set.

        `is_chosen` means that somebody bills these hours, whatever the task says.
        """
        is_billable = is_chosen or self.is_billable(project=project, task=task)
        if not project.billing_method.is_hourly or not is_billable:
            return None
        return self._rate(project, task, membership, day)

    def is_billable(self, *, project: Project, task: Task) -> bool:
        """Return True if the task is billable in general and on this project."""
        on_project = self._tasks.get((project.pk, task.pk))
        return task.is_billable and (on_project is None or on_project.is_billable)

    def _rate(
        self, project: Project, task: Task, membership: Membership, day: datetime.date
    ) -> Decimal | None:
        match project.billing_method:
            case Method.TASK_RATE:
                on_project = self._tasks.get((project.pk, task.pk))
                own = self._at(day, "project_task", on_project) if on_project else None
                return _first(own, self._at(day, "task", task))
            case Method.EMPLOYEE_RATE:
                member = self._members.get((project.pk, membership.pk))
                own = self._at(day, "project_member", member) if member else None
                return _first(own, self._at(day, "membership", membership))
            case Method.PROJECT_RATE:
                return self._at(day, "project", project)
        # By customer rate: the callers rule out methods that are not billed by the hour.
        subject = Subject("customer", project.customer_id)
        beginning = self._customer_rates.get(project.pk)
        return self._dated.at(day, subject=subject, beginning=beginning)

    def _at(self, day: datetime.date, name: str, row: _Rated) -> Decimal | None:
        return self._dated.at(day, subject=Subject(name, row.pk), beginning=row.hourly_rate)


def _dated_rates_of(projects: Sequence[Project]) -> Q:
    """Return the condition of the dated rates that can price an hour on these projects."""
    by_method: dict[Method, list[Project]] = {method: [] for method in HOURLY}
    for one in projects:
        by_method.get(one.billing_method, []).append(one)
    wanted = Q()
    if some := by_method[Method.TASK_RATE]:
        wanted |= Q(task__isnull=False) | Q(project_task__project__in=[one.pk for one in some])
    if some := by_method[Method.EMPLOYEE_RATE]:
        ids = [one.pk for one in some]
        wanted |= Q(membership__isnull=False) | Q(project_member__project__in=ids)
    if some := by_method[Method.PROJECT_RATE]:
        wanted |= Q(project__in=[one.pk for one in some])
    if some := by_method[Method.CUSTOMER_RATE]:
        wanted |= Q(customer__in={one.customer_id for one in some})
    if not wanted:
        return Q(pk__in=[])
    return Q(organisation__in={one.organisation_id for one in projects}) & wanted


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


def tasks_for_display(project: Project, *, today: datetime.date) -> QuerySet[ProjectTask]:
    """Return the tasks of a project, each with its hourly rate of today as `rate_today`."""
    general = rate_on(today, Task, at="task")
    rate = Coalesce(rate_on(today, ProjectTask), general)
    return project.project_tasks.select_related("task").annotate(rate_today=rate)


def team_for_display(project: Project, *, today: datetime.date) -> QuerySet[ProjectMember]:
    """Return the team of a project, each with the hourly rate of today as `rate_today`."""
    general = rate_on(today, Membership, at="membership")
    rate = Coalesce(rate_on(today, ProjectMember), general)
    return project.project_members.select_related("membership__user").annotate(rate_today=rate)


def rate_of_project(project: Project, *, today: datetime.date) -> Decimal | None:
    """Return the one hourly rate of a project by project or customer rate; else None."""
    match project.billing_method:
        case Method.PROJECT_RATE:
            rate = rate_on(today, Project)
        case Method.CUSTOMER_RATE:
            rate = rate_on(today, Customer, at="customer")
        case _:
            return None
    rows = Project.objects.filter(pk=project.pk).annotate(rate_today=rate)
    return rows.values_list("rate_today", flat=True).get()
