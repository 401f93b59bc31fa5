"""What can be picked in the filters and forms of Finance, by who may invoice."""

from django.db.models import QuerySet

from accounts.models import Membership, Organisation
from accounts.pickers import EMPLOYEE, is_invoicer
from customers.models import Customer
from customers.pickers import CUSTOMER, active_customers
from lib.pickers import Source, of_organisation, register
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


def _latest_invoices(membership: Membership) -> QuerySet[Invoice]:
    own = Invoice.objects.filter(
        organisation=membership.organisation_id, created_by=membership.user_id
    )
    return own.order_by("-pk")


def _recent_customers(membership: Membership) -> list[int]:
    return first_of(_latest_invoices(membership).values_list("customer", flat=True)[:LATEST])


_CUSTOMERS = {
    "invoiced-customers": invoiced_customers,
    "unbilled-customers": with_projects,
    "billable-customers": active_customers,
}
for _key, _rows in _CUSTOMERS.items():
    register(
        Source(_key, CUSTOMER, of_organisation(_rows), may=is_invoicer, recent=_recent_customers)
    )
register(Source("unbilled-projects", PROJECT, of_organisation(billed_projects), may=is_invoicer))
register(Source("unbilled-managers", EMPLOYEE, of_organisation(project_managers), may=is_invoicer))
