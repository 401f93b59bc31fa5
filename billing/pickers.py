"""What can be picked in the filters and forms of Finance, by who may invoice."""

from collections.abc import Callable, Mapping

from django.db.models import QuerySet

from accounts.models import Membership, Organisation
from accounts.pickers import EMPLOYEE, is_invoicer
from customers.models import Customer
from customers.pickers import CUSTOMER
from lib.pickers import Source, register
from projects.models import Method, Project
from projects.pickers import LATEST, PROJECT, first_of, with_projects

from .models import Invoice


def invoiced_customers(organisation: Organisation) -> QuerySet[Customer]:
    """Return the customers with an invoice."""
    invoices = Invoice.objects.filter(organisation=organisation)
    return organisation.customers.filter(pk__in=invoices.order_by().values("customer"))


def billed_projects(organisation: Organisation) -> QuerySet[Project]:
    """Return the projects with a method of invoicing."""
    return organisation.projects.exclude(method=Method.NONE)


def project_managers(organisation: Organisation) -> QuerySet[Membership]:
    """Return the managers of projects."""
    managed = Project.managers.through.objects.filter(project__organisation=organisation)
    return organisation.memberships.filter(pk__in=managed.values("membership"))


def billable_customers(organisation: Organisation) -> QuerySet[Customer]:
    """Return the customers who can get a new invoice."""
    return organisation.customers.filter(archived_at=None)


def _latest_invoices(membership: Membership) -> QuerySet[Invoice]:
    own = Invoice.objects.filter(
        organisation=membership.organisation_id, created_by=membership.user_id
    )
    return own.order_by("-pk")


def _recent_customers(membership: Membership) -> list[int]:
    return first_of(_latest_invoices(membership).values_list("customer", flat=True)[:LATEST])


Rows = Callable[[Organisation], QuerySet[Customer]]


def _of_organisation(rows: Rows) -> Callable[..., QuerySet[Customer]]:
    return lambda membership, _given: rows(membership.organisation)


_CUSTOMERS: dict[str, Rows] = {
    "invoiced-customers": invoiced_customers,
    "unbilled-customers": with_projects,
    "billable-customers": billable_customers,
}
for _key, _rows in _CUSTOMERS.items():
    register(
        Source(_key, CUSTOMER, _of_organisation(_rows), may=is_invoicer, recent=_recent_customers)
    )


def _billed_projects(membership: Membership, _given: Mapping[str, str]) -> QuerySet[Project]:
    return billed_projects(membership.organisation)


def _project_managers(membership: Membership, _given: Mapping[str, str]) -> QuerySet[Membership]:
    return project_managers(membership.organisation)


register(Source("unbilled-projects", PROJECT, _billed_projects, may=is_invoicer))
register(Source("unbilled-managers", EMPLOYEE, _project_managers, may=is_invoicer))
