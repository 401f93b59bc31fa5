"""What can be picked on the pages of Register, and in the filters of the overviews."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from accounts.models import Membership
from accounts.pickers import EMPLOYEE
from customers.models import Customer
from customers.pickers import CUSTOMER
from lib.choices import chosen_id
from lib.pickers import MOST, Kind, Source, register
from projects.models import Project, ProjectTask, Task
from projects.pickers import LATEST, PROJECT, TASK, WORK, first_of

from .bookable import bookable_projects, bookable_work, customers_of
from .models import KINDS, Expense, TimeEntry, Trip
from .rights import sees_everything

# Recent is what was registered on in so many days. More favourites than MOST are no favourites.
RECENT_DAYS, MOST_STARRED = 14, MOST


def _own(membership: Membership, model: type[Any]) -> QuerySet[Any]:
    return model.objects.filter(organisation=membership.organisation_id, membership=membership)


def _recent(membership: Membership, *, model: type[Any], column: str) -> list[int]:
    """Return what the member registered on last."""
    latest = _own(membership, model).order_by("-date", "-pk")[:LATEST]
    return first_of(latest.values_list(column, flat=True))


def _projects(membership: Membership, given: Mapping[str, str]) -> QuerySet[Project]:
    rows = bookable_projects(membership.organisation, membership)
    customer = chosen_id(given.get("customer", ""))
    return rows.filter(customer=customer) if customer else rows


def _customers(membership: Membership, _given: Mapping[str, str]) -> QuerySet[Any]:
    return customers_of(membership.organisation, _projects(membership, {}))


def _work(membership: Membership, _given: Mapping[str, str]) -> QuerySet[ProjectTask]:
    return bookable_work(membership.organisation, membership)


def recent_work(membership: Membership) -> list[int]:
    """Return the tasks on projects of the last days that the member registered on."""
    mine = ProjectTask.objects.filter(project=OuterRef("project"), task=OuterRef("task"))
    latest = _own(membership, TimeEntry).order_by("-date", "-pk")
    rows = list(latest.annotate(work=mine.values("pk")[:1]).values_list("date", "work")[:LATEST])
    # Counted from the latest entry: after a holiday, the work of before it is still recent.
    return first_of(work for day, work in rows if (rows[0][0] - day).days < RECENT_DAYS)


def favourite_work(membership: Membership) -> list[int]:
    """Return the tasks on projects that the member starred."""
    return list(membership.favourites.order_by("pk").values_list("work", flat=True)[:MOST_STARRED])


def _seen(membership: Membership, column: str) -> Q:
    """Return the condition for rows with registrations that the member sees."""
    condition = Q()
    for model in KINDS.values():
        seen = model.objects.visible_to(membership)
        condition |= Q(pk__in=seen.order_by().values(column))
    return condition


def filter_customers(membership: Membership) -> QuerySet[Customer]:
    """Return the customers to filter by; others see those with registrations that they see."""
    rows = membership.organisation.customers.all()
    return (
        rows if sees_everything(membership) else rows.filter(_seen(membership, "project__customer"))
    )


def filter_projects(membership: Membership) -> QuerySet[Project]:
    """Return the projects to filter by; others see those with registrations that they see."""
    rows = membership.organisation.projects.all()
    return rows if sees_everything(membership) else rows.filter(_seen(membership, "project"))


def filter_tasks(membership: Membership) -> QuerySet[Task]:
    """Return the tasks to filter by; others see those with registrations that they see."""
    rows = membership.organisation.tasks.all()
    seen = TimeEntry.objects.visible_to(membership).order_by().values("task")
    return rows if sees_everything(membership) else rows.filter(pk__in=seen)


def filter_employees(membership: Membership) -> QuerySet[Membership]:
    """Return the people to filter by; others see themselves, and who registered what they see."""
    rows = membership.organisation.memberships.all()
    if sees_everything(membership):
        return rows
    return rows.filter(_seen(membership, "membership") | Q(pk=membership.pk))


def _register(
    key: str,
    kind: Kind,
    rows: Callable[..., QuerySet[Any]],
    *,
    model: type[Any],
    column: str,
    needs: tuple[str, ...] = (),
) -> None:
    recent = partial(_recent, model=model, column=column)
    register(Source(key, kind, rows, recent=recent, needs=needs))


def _without_needs(rows: Callable[[Membership], QuerySet[Any]]) -> Callable[..., QuerySet[Any]]:
    return lambda membership, _given: rows(membership)


for _page, _model in (("expenses", Expense), ("trips", Trip)):
    _register(f"{_page}-projects", PROJECT, _projects, model=_model, column="project",
              needs=("customer",))  # fmt: skip
    _register(f"{_page}-customers", CUSTOMER, _customers, model=_model,
              column="project__customer")  # fmt: skip
register(
    Source(
        "hours-work",
        WORK,
        _work,
        recent=recent_work,
        favourites=favourite_work,
        star_url="registrations:work-star",
    )
)
for _key, _kind, _rows, _column in (
    ("filter-customers", CUSTOMER, filter_customers, "project__customer"),
    ("filter-projects", PROJECT, filter_projects, "project"),
    ("filter-tasks", TASK, filter_tasks, "task"),
    ("filter-employees", EMPLOYEE, filter_employees, "membership"),
):
    _register(_key, _kind, _without_needs(_rows), model=TimeEntry, column=_column)
