"""Which employees can be picked, and how they are found."""

from collections.abc import Mapping

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.pickers import Kind, Source, register

from .models import Membership


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


def _active(membership: Membership, _given: Mapping[str, str]) -> QuerySet[Membership]:
    return membership.organisation.memberships.active()


ACTIVE_EMPLOYEES = register(Source("active-employees", EMPLOYEE, rows=_active, may=is_manager))
