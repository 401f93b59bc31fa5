"""The three pages of Register, and the differences between them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

from ..forms import ExpenseForm, HoursForm, RegistrationForm, TripForm
from ..models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip

# Number of rows in the lists of expenses and trips.
RECENT = 25


@dataclass(frozen=True)
class RegisterPage:
    """A page of Register: a form at the left, rows at the right.

    `url_prefix` begins the URL names of the actions; `related` are relations to load with a row.
    """

    key: str
    url_prefix: str
    title: str | Promise
    edit_title: str | Promise
    add_label: str | Promise
    model: type[Registration]
    form: type[RegistrationForm]
    related: tuple[str, ...]

    @property
    def url_name(self) -> str:
        return f"registrations:{self.key}"

    @property
    def names(self) -> dict[str, str]:
        """Return the URL names of the actions on a row."""
        actions = ("edit", "delete", "copy", "understood")
        return {action: f"registrations:{self.url_prefix}-{action}" for action in actions}

    def rows_of(self, membership: Membership) -> RegistrationQuerySet:
        """Return the registrations of an employee with related objects, the newest first."""
        rows = self.model.objects.filter(
            organisation=membership.organisation_id, membership=membership
        )
        return rows.select_related("project__customer", "invoice_line__invoice", *self.related)


HOURS = RegisterPage(
    key="hours",
    url_prefix="hour",
    title=_("Hours"),
    edit_title=_("Edit hours"),
    add_label=_("Add hours"),
    model=TimeEntry,
    form=HoursForm,
    related=("task",),
)
EXPENSES = RegisterPage(
    key="expenses",
    url_prefix="expense",
    title=_("Expenses"),
    edit_title=_("Edit expense"),
    add_label=_("Add expense"),
    model=Expense,
    form=ExpenseForm,
    related=("category",),
)
TRIPS = RegisterPage(
    key="trips",
    url_prefix="trip",
    title=_("Trips"),
    edit_title=_("Edit trip"),
    add_label=_("Add trip"),
    model=Trip,
    form=TripForm,
    related=("vehicle",),
)
PAGES = (HOURS, EXPENSES, TRIPS)
