"""Which employees can be picked, and how they are found."""

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.pickers import Kind, Source, of_organisation, register

from .models import Membership, Organisation


def _detail(person: Membership) -> str:
    return "" if person.is_active else gettext("No longer active")


EMPLOYEE = Kind(
    key="employee",
    icon="user",
    nothing=_("No employee with “%(text)s”. Choose from the list."),
    several=_("More than one employee is called “%(text)s”. Choose one from the list."),
    none_yet=_("There is no employee to choose yet."),
    placeholder=_("Which employee?"),
    searched=(("user__first_name", "user__last_name"),),
    name=("user__first_name", "user__last_name"),
    order=(Lower("user__first_name"), Lower("user__last_name")),
    related=("user",),
    detail=_detail,
)


def is_manager(membership: Membership) -> bool:
    return membership.is_manager


def is_invoicer(membership: Membership) -> bool:
    return membership.is_invoicer


def active_employees(organisation: Organisation) -> QuerySet[Membership]:
    """Return the people who can log in to the organisation."""
    return organisation.memberships.active()


register(
    Source("active-employees", EMPLOYEE, rows=of_organisation(active_employees), may=is_manager)
)
