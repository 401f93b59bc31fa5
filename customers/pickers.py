"""How customers are found; the apps that have work for them say which can be picked."""

from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from lib.pickers import Kind

from .models import Customer


def _detail(customer: Customer) -> str:
    return " · ".join(filter(None, [customer.number, customer.city]))


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
