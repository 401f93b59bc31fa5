"""The choices for a new invoice: its customer, and the unbilled work of that customer."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from customers.models import Customer
from customers.pickers import active_customers
from lib.choices import offer
from lib.form_fields import FilterDayField
from lib.picker_fields import PickerField
from projects.models import Project
from registrations.overview.selection import ids_in

from ..unbilled import (
    SCHEDULED,
    WORK,
    UnbilledFilter,
    UnbilledProject,
    billable_projects,
    unbilled_of,
)

BLANK = "blank"
KINDS = [
    (WORK, gettext_lazy("Unbilled work")),
    (SCHEDULED, gettext_lazy("Fixed prices and subscriptions")),
    (BLANK, gettext_lazy("Free invoice")),
]


@dataclass(frozen=True)
class Open:
    """A project and its unbilled amount, in euros excl. VAT."""

    project: Project
    amount: Decimal
    is_chosen: bool


class NewInvoiceForm(forms.Form):
    """The customer of an invoice, the kind of work to bill, and its days."""

    customer = PickerField(
        label=gettext_lazy("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        source="billable-customers",
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Created from"), choices=KINDS, widget=forms.RadioSelect
    )
    since = FilterDayField(label=gettext_lazy("From"), required=False)
    until = FilterDayField(label=gettext_lazy("Until"), required=False)
    approved = forms.BooleanField(label=gettext_lazy("Approved only"), required=False)

    def __init__(
        self, data: QueryDict, *, organisation: Organisation, today: datetime.date
    ) -> None:
        shown = data.copy()
        shown.setdefault("kind", WORK)
        shown.setdefault("until", today.isoformat())
        # The list of invoices behind the dialog has a field of the same name.
        super().__init__(shown, auto_id="new-%s")
        self.organisation, self.today = organisation, today
        offer(self, "customer", active_customers(organisation))

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError at the field for days in the wrong order."""
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and since > until:
            self.add_error("until", _("“Until” is before “from”. Choose a later day."))
        return found

    @property
    def chosen_customer(self) -> Customer | None:
        """The chosen customer; of this organisation, and not archived."""
        self.is_valid()
        found = self.cleaned_data.get("customer")
        return found if isinstance(found, Customer) else None

    @property
    def chosen_kind(self) -> str:
        return str(self.cleaned_data.get("kind", "")) if self.is_valid() else ""

    def open_projects(self, *, chosen: Collection[int], listed: Collection[int]) -> list[Open]:
        """Return the projects of the customer with unbilled work of this kind in these days.

        Chosen are those that were ticked, and those that were not listed before.
        """
        if not self.is_valid() or self.chosen_customer is None or self.chosen_kind == BLANK:
            return []
        found = self.cleaned_data
        unbilled_filter = UnbilledFilter(
            until=found["until"] or self.today,
            since=found["since"],
            approved_only=found["approved"],
            part=self.chosen_kind,
        )
        projects = billable_projects(
            self.organisation.projects.filter(customer=self.chosen_customer), unbilled_filter
        )
        (one,) = unbilled_of([self.chosen_customer], projects, unbilled_filter)
        rows = [(part.project, self._amount(part)) for part in one.projects]
        return [
            Open(project, amount, project.pk in chosen or project.pk not in listed)
            for project, amount in rows
            if amount
        ]

    def _amount(self, part: UnbilledProject) -> Decimal:
        return (
            part.scheduled_amounts
            if self.chosen_kind == SCHEDULED
            else part.total - part.scheduled_amounts
        )


def ticked(posted: QueryDict, name: str) -> set[int]:
    """Return the ids of a repeated field. Raises SuspiciousOperation for an invalid id."""
    return set(ids_in(posted.getlist(name)))
