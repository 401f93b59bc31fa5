"""What can be picked on the pages of Register, and in the filters of the overviews."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.pickers import EMPLOYEE
from customers.models import Customer
from customers.pickers import CUSTOMER
from lib.choices import chosen_id
from lib.pickers import Kind, Source, register
from projects.models import Project, Task
from projects.pickers import LATEST, PROJECT, TASK, first_of

from .bookable import bookable_projects, bookable_tasks, customers_of
from .models import KINDS, TimeEntry
from .rights import sees_everything

CHOOSE_A_PROJECT = _("Choose a project first.")


def _own(membership: Membership, model: type[Any]) -> QuerySet[Any]:
    return model.objects.filter(organisation=membership.organisation_id, membership=membership)


def _recent(membership: Membership, *, model: type[Any], column: str) -> list[int]:
    """Return what the member registered on last."""
    latest = _own(membership, model).order_by("-date", "-pk")[:LATEST]
    return first_of(latest.values_list(column, flat=True))


def _projects(membership: Membership, given: Mapping[str, str], *, page: str) -> QuerySet[Project]:
    rows = bookable_projects(membership.organisation, with_task=page == "hours")
    customer = chosen_id(given.get("customer", ""))
    return rows.filter(customer=customer) if customer else rows


def _customers(membership: Membership, _given: Mapping[str, str], *, page: str) -> QuerySet[Any]:
    return customers_of(membership.organisation, _projects(membership, {}, page=page))


def _tasks(membership: Membership, given: Mapping[str, str]) -> QuerySet[Task]:
    project = bookable_projects(membership.organisation, with_task=True).filter(
        pk=chosen_id(given.get("project", ""))
    )
    return bookable_tasks(membership.organisation, project.order_by())


def _seen(membership: Membership, column: str) -> Q:
    """Return the condition for rows on which the member registered."""
    condition = Q()
    for model in KINDS.values():
        condition |= Q(pk__in=_own(membership, model).order_by().values(column))
    return condition


def filter_customers(membership: Membership) -> QuerySet[Customer]:
    """Return the customers to filter by; employees see those that they registered for."""
    rows = membership.organisation.customers.all()
    return (
        rows if sees_everything(membership) else rows.filter(_seen(membership, "project__customer"))
    )


def filter_projects(membership: Membership) -> QuerySet[Project]:
    """Return the projects to filter by; employees see those that they registered on."""
    rows = membership.organisation.projects.all()
    return rows if sees_everything(membership) else rows.filter(_seen(membership, "project"))


def filter_tasks(membership: Membership) -> QuerySet[Task]:
    """Return the tasks to filter by; employees see those that they registered on."""
    rows = membership.organisation.tasks.all()
    own = _own(membership, TimeEntry).order_by().values("task")
    return rows if sees_everything(membership) else rows.filter(pk__in=own)


def filter_employees(membership: Membership) -> QuerySet[Membership]:
    """Return the people to filter by; employees see themselves."""
    rows = membership.organisation.memberships.all()
    return rows if sees_everything(membership) else rows.filter(pk=membership.pk)


def _register(
    key: str,
    kind: Kind,
    rows: Callable[..., QuerySet[Any]],
    *,
    model: type[Any],
    column: str,
    needs: tuple[str, ...] = (),
    first_needed: str | Promise = "",
) -> None:
    recent = partial(_recent, model=model, column=column)
    register(Source(key, kind, rows, recent=recent, needs=needs, first_needed=first_needed))


def _without_needs(rows: Callable[[Membership], QuerySet[Any]]) -> Callable[..., QuerySet[Any]]:
    return lambda membership, _given: rows(membership)


for _page, _model in KINDS.items():
    _of_page = partial(_projects, page=_page)
    _register(f"{_page}-projects", PROJECT, _of_page, model=_model, column="project",
              needs=("customer",))  # fmt: skip
    _register(f"{_page}-customers", CUSTOMER, partial(_customers, page=_page), model=_model,
              column="project__customer")  # fmt: skip
_register("hours-tasks", TASK, _tasks, model=TimeEntry, column="task", needs=("project",),
          first_needed=CHOOSE_A_PROJECT)  # fmt: skip
for _key, _kind, _rows, _column in (
    ("filter-customers", CUSTOMER, filter_customers, "project__customer"),
    ("filter-projects", PROJECT, filter_projects, "project"),
    ("filter-tasks", TASK, filter_tasks, "task"),
    ("filter-employees", EMPLOYEE, filter_employees, "membership"),
):
    _register(_key, _kind, _without_needs(_rows), model=TimeEntry, column=_column)
