"""What is unbilled by project and customer, in euros excl. VAT."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet
from django.db.models.functions import Lower

from accounts.models import Organisation
from customers.models import Customer
from lib.money import ZERO, net_amount
from projects.models import Method, Project, ScheduledAmount
from projects.models.project import HOURLY
from registrations.worth import worth_by_kind

from .rows import UnbilledFilter, due_scheduled_amounts, unbilled_registrations


@dataclass(frozen=True)
class Summary:
    """The sums of the projects with something to bill, and the customer of each, by id."""

    by_project: Mapping[int, Decimal]
    customers: Mapping[int, int]

    @property
    def total(self) -> Decimal:
        return sum(self.by_project.values(), ZERO)

    @property
    def project_count(self) -> int:
        return len(self.by_project)

    @property
    def by_customer(self) -> dict[int, Decimal]:
        found: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for project, amount in self.by_project.items():
            found[self.customers[project]] += amount
        return dict(found)

    def customer_ids(self, organisation: Organisation) -> list[int]:
        """Return the ids of the customers by name."""
        mine = {self.customers[project] for project in self.by_project}
        with_projects = organisation.projects.order_by().values("customer")
        rows = organisation.customers.filter(pk__in=with_projects).order_by(Lower("name"), "pk")
        return [pk for pk in rows.values_list("pk", flat=True) if pk in mine]

    def projects_of(self, customers: Collection[int]) -> list[int]:
        """Return the ids of the projects of these customers that have something to bill."""
        return [project for project in self.by_project if self.customers[project] in customers]

    def largest(self, organisation: Organisation, count: int) -> list[tuple[Customer, Decimal]]:
        """Return the customers with the largest sums."""
        sums = sorted(self.by_customer.items(), key=lambda pair: (-pair[1], pair[0]))[:count]
        found = organisation.customers.in_bulk([pk for pk, _amount in sums])
        return [(found[pk], amount) for pk, amount in sums]


def summarise(
    organisation: Organisation, projects: QuerySet[Project], unbilled_filter: UnbilledFilter
) -> Summary:
    """Add up what these projects of the organisation have to bill."""
    hourly = organisation.time_entries.filter(project__method__in=HOURLY)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    customers: dict[int, int] = {}
    mine = {"project__in": projects.exclude(method=Method.NONE).order_by().values("pk")}
    kinds = {
        "hours": hourly.exclude(hourly_rate=None),
        "expenses": organisation.expenses.all(),
        "trips": organisation.trips.all(),
    }
    unbilled = {
        kind: unbilled_registrations(rows.filter(**mine), unbilled_filter)
        for kind, rows in kinds.items()
    }
    for worths in worth_by_kind(unbilled, "project", "project__customer").values():
        for (pk, customer), worth in worths.items():
            found[pk] += worth.amount
            customers[pk] = customer
    agreed = ScheduledAmount.objects.filter(project__organisation=organisation, **mine)
    due = due_scheduled_amounts(agreed, unbilled_filter).order_by()
    alike = due.values_list("project", "project__customer", "quantity", "price")
    for pk, customer, quantity, price, count in alike.annotate(n=Count("pk")):
        found[pk] += net_amount(quantity, price) * count
        customers[pk] = customer
    return Summary(found, customers)
