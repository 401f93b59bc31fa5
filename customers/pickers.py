"""How customers are found; the apps that have work for them say which can be picked."""

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from lib.pickers import Kind

from .models import Customer


def _detail(customer: Customer) -> str:
    return " · ".join(filter(None, [customer.number, customer.city]))


def active_customers(organisation: Organisation) -> QuerySet[Customer]:
    """Return the customers that are not archived."""
    return organisation.customers.active()


CUSTOMER = Kind(
    key="customer",
    icon="building-2",
    nothing=_("No customer with “%(text)s”. Choose from the list."),
    several=_("More than one customer is called “%(text)s”. Choose one from the list."),
    none_yet=_("There is no customer to choose yet."),
    placeholder=_("Which customer?"),
    searched=(("name", "number"),),
    name=("name",),
    order=(Lower("name"),),
    detail=_detail,
)
