"""The three forms of Register. They parse the input; registering.py validates and saves."""

import datetime
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from customers.models import Customer
from lib.amounts import AmountField
from lib.choices import chosen_id, offer
from lib.money import cents
from projects.models import Project, ProjectTask, Task
from vat.choices import holds_on, offer_rates

from .durations import DAY, between, format_duration
from .fields import ClockField, DurationField, PauseField
from .models import Expense, Registration, TimeEntry, Trip
from .receipts import checked, shown_name


class RegistrationForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Customer, project, day and description, with the choices of the organisation.

    The customer only filters the projects.
    """

    customer = forms.ModelChoiceField(
        label=_("Customer"), queryset=Customer.objects.none(), required=False
    )

    # Forms mix field classes; each has the attributes used below.
    fields: Any
    instance: Any

    class Meta:
        model: type[Any] = Registration
        fields: tuple[str, ...] = ("project", "date", "description")
        widgets = {
            "date": forms.DateInput,
            "description": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        self.chosen = self._chosen_project()
        projects = organisation.projects.filter(
            Q(is_archived=False, customer__archived_at=None) | Q(pk=self.instance.project_id)
        ).select_related("customer")
        customers = organisation.customers.filter(projects__in=projects).distinct()
        offer(self, "customer", customers, empty=_("Which customer?"))
        offer(self, "project", projects)
        self.fields["project"].choices = _by_customer(self._shown(projects))
        self.fields["project"].error_messages["required"] = _("Choose a project.")
        if self.chosen:
            self.initial["customer"] = self.chosen.customer_id

    def _chosen_project(self) -> Project | None:
        pk = chosen_id(str(self["project"].value() or ""))
        return self.organisation.projects.filter(pk=pk).select_related("customer").first()

    def _shown(self, projects: Iterable[Project]) -> list[Project]:
        """Return the projects of the customer; of all customers as long as none is chosen."""
        customer = self.chosen.customer_id if self.chosen else self["customer"].value()
        rows = sorted(projects, key=lambda row: (row.customer.name.lower(), row.name.lower()))
        return [row for row in rows if not customer or str(row.customer_id) == str(customer)]


class HoursForm(RegistrationForm):
    """Worked time: a duration, or start, end and pause."""

    duration = DurationField(label=_("Duration"), required=False)
    start = ClockField(label=_("Start"), required=False)
    end = ClockField(label=_("End"), required=False)
    pause = PauseField(label=_("Pause"), required=False)

    class Meta(RegistrationForm.Meta):
        model = TimeEntry
        fields = ("project", "task", "date", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        for name, value in (
            ("duration", row.minutes),
            ("start", row.started_at),
            ("end", row.ended_at),
            ("pause", row.pause_minutes or None),
        ):
            self.initial.setdefault(name, value)
        offer(self, "task", self.organisation.tasks.filter(Q(is_active=True) | Q(pk=row.task_id)))
        self.fields["task"].choices = _by_billability(self._project_tasks())
        self.fields["task"].error_messages["required"] = _("Choose a task.")

    def _project_tasks(self) -> list[ProjectTask]:
        if not self.chosen:
            return []
        allowed = Q(task__is_active=True) | Q(task=self.instance.task_id)
        return list(self.chosen.project_tasks.filter(allowed).select_related("task"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"duration", "start", "end", "pause"} & self.errors.keys():
            self._read_time(cleaned)
        return cleaned

    def _read_time(self, cleaned: dict[str, Any]) -> None:
        row = self.instance
        start, end, pause = cleaned.get("start"), cleaned.get("end"), cleaned.get("pause") or 0
        if (start is None) != (end is None):
            missing = "end" if end is None else "start"
            self.add_error(missing, gettext("Fill in both start and end, or neither."))
            return
        row.started_at, row.ended_at, row.pause_minutes = start, end, pause if start else 0
        row.minutes = cleaned["duration"]
        if start is not None and end is not None:
            self._compare(between(start, end, pause=pause))
        if row.minutes is None:
            self.add_error("duration", gettext("How long? Type 1:30, 1,5 or 1h30m."))
        elif not 1 <= row.minutes <= DAY:
            self.add_error(
                "duration", gettext("Enter a duration of more than zero and at most 24 hours.")
            )

    def _compare(self, minutes: int) -> None:
        row = self.instance
        if minutes <= 0:
            self.add_error("end", gettext("The end must be after the start plus the pause."))
        elif row.minutes not in (None, minutes):
            text = gettext(
                "Start, end and pause give %s. Correct them, or leave the duration empty."
            )
            self.add_error("duration", text % format_duration(minutes))
        row.minutes = minutes


class ExpenseForm(RegistrationForm):
    """An expense with its receipt; a price incl. VAT is converted to one excl. VAT."""

    quantity = AmountField(label=_("Quantity"), max_digits=8)
    price = AmountField(label=_("Price"), max_digits=10)
    includes_vat = forms.BooleanField(label=_("The price is incl. VAT"), required=False)
    receipt = forms.FileField(
        label=_("Receipt"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("PDF, JPG or PNG, at most 10 MB."),
    )
    removes_receipt = forms.BooleanField(label=_("Remove the receipt"), required=False)

    class Meta(RegistrationForm.Meta):
        model = Expense
        fields = (
            "project",
            "date",
            "category",
            "description",
            "quantity",
            "price",
            "vat_rate",
            "is_billable",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        categories = self.organisation.expense_categories.filter(
            Q(is_active=True) | Q(pk=row.category_id)
        )
        offer(self, "category", categories, empty=_("Which category?"))
        self.fields["category"].error_messages["required"] = _("Choose a category.")
        # Keep the stored name: the instance takes the uploaded file, even if it is refused.
        self.receipt_name = row.receipt_name
        chosen, default_label = row.vat_rate_id, _("Default rate")
        offer_rates(self, self.organisation, day=self._day(), chosen=chosen, empty=default_label)
        if not row.receipt:
            del self.fields["removes_receipt"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("includes_vat"):
            self._take_vat_off(cleaned)
        self._read_receipt(cleaned)
        return cleaned

    def _day(self) -> datetime.date:
        """Return the day on the form; today as long as there is none."""
        try:
            day = self.fields["date"].to_python(self["date"].value())
        except ValidationError:
            day = None
        return day or timezone.localdate()

    def _take_vat_off(self, cleaned: dict[str, Any]) -> None:
        """Convert the price with the VAT rate, which must be valid on the day of the expense."""
        rate, day, price = (cleaned.get(name) for name in ("vat_rate", "date", "price"))
        if not rate and "vat_rate" not in self.errors:
            self.add_error("vat_rate", gettext("Choose the VAT rate that is in the price."))
        elif rate and day and not holds_on(rate, day):
            text = gettext(
                "This VAT rate is not valid on that date. Choose the rate included in the price."
            )
            self.add_error("vat_rate", text)
        elif rate and price is not None:
            cleaned["price"] = cents(price / (1 + rate.percentage / 100))

    def _read_receipt(self, cleaned: dict[str, Any]) -> None:
        upload, row = cleaned.get("receipt"), self.instance
        if upload:
            try:
                row.receipt, row.receipt_name = checked(upload), shown_name(upload)
            except ValidationError as error:
                self.add_error("receipt", error)
        elif cleaned.get("removes_receipt"):
            row.receipt, row.receipt_name = "", ""


class TripForm(RegistrationForm):
    """A trip; a return trip doubles the distance."""

    is_return = forms.BooleanField(label=_("Return trip: double the distance"), required=False)

    class Meta(RegistrationForm.Meta):
        model = Trip
        fields = (
            "project",
            "date",
            "origin",
            "destination",
            "distance",
            "kind",
            "vehicle",
            "description",
            "is_billable",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vehicles = self.organisation.vehicles.filter(
            Q(is_active=True) | Q(pk=self.instance.vehicle_id)
        )
        offer(self, "vehicle", vehicles, empty=_("Which vehicle?"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_return") and cleaned.get("distance"):
            cleaned["distance"] *= 2
        return cleaned


Choices = list[tuple[object, object]]


def _by_customer(projects: list[Project]) -> Choices:
    groups = groupby(projects, key=lambda project: project.customer)
    options = [(str(customer), [(row.pk, str(row)) for row in rows]) for customer, rows in groups]
    flat = options[0][1] if len(options) == 1 else options
    return [("", _("Which project?")), *flat]


def _by_billability(rows: list[ProjectTask]) -> Choices:
    """Return the tasks in two groups; a task is billable if task and project both are."""
    billable = [_option(row.task) for row in rows if row.is_billable and row.task.is_billable]
    others = [_option(row.task) for row in rows if not (row.is_billable and row.task.is_billable)]
    groups = [(_("Billable"), billable), (_("Not billable"), others)]
    return [("", _("Which task?")), *(group for group in groups if group[1])]


def _option(task: Task) -> tuple[int, str]:
    return task.pk, str(task)
