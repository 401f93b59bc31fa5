"""The three pages of Register, and the differences between them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership

from .forms import ExpenseForm, HoursForm, RegistrationForm, TripForm
from .models import Expense, Registration, RegistrationQuerySet, TimeEntry, Trip

# Number of rows in the lists of expenses and trips.
RECENT = 25


@dataclass(frozen=True)
class RegisterPage:
    """A page of Register: a form at the left, rows at the right. URL names start with `one`."""

    key: str
    one: str
    title: str | Promise
    edit_title: str | Promise
    add_label: str | Promise
    model: type[Registration]
    form: type[RegistrationForm]
    about: tuple[str, ...]

    @property
    def url_name(self) -> str:
        return f"registrations:{self.key}"

    @property
    def names(self) -> dict[str, str]:
        """Return the URL names of the actions on a row."""
        verbs = ("choices", "edit", "delete", "copy")
        return {verb: f"registrations:{self.one}-{verb}" for verb in verbs}

    def rows_of(self, membership: Membership) -> RegistrationQuerySet:
        """Return the registrations of an employee with related objects, the newest first."""
        rows = self.model.objects.filter(
            organisation=membership.organisation_id, membership=membership
        )
        return rows.select_related("project__customer", "invoice_line__invoice", *self.about)


HOURS = RegisterPage(
    key="hours",
    one="hour",
    title=_("Hours"),
    edit_title=_("Edit hours"),
    add_label=_("Add hours"),
    model=TimeEntry,
    form=HoursForm,
    about=("task",),
)
EXPENSES = RegisterPage(
    key="expenses",
    one="expense",
    title=_("Expenses"),
    edit_title=_("Edit expense"),
    add_label=_("Add expense"),
    model=Expense,
    form=ExpenseForm,
    about=("category",),
)
TRIPS = RegisterPage(
    key="trips",
    one="trip",
    title=_("Trips"),
    edit_title=_("Edit trip"),
    add_label=_("Add trip"),
    model=Trip,
    form=TripForm,
    about=("vehicle",),
)
PAGES = (HOURS, EXPENSES, TRIPS)
