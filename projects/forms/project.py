"""The form of a project; only the fields of the chosen invoicing method are used."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from lib.amounts import AmountField, QuantityField
from lib.form_fields import DayField
from lib.money import cents
from lib.picker_fields import PickerField
from lib.questions import AsksQuestions
from lib.rounding_forms import HasRounding
from lib.text import fill
from lib.understanding import ShowsUnderstood, number
from lib.unlikely import LAST
from projects.editing import keeps_customer
from projects.models import Method, Project, ScheduledAmountKind

KIND_OF_SCHEDULED_AMOUNTS = {
    Method.FIXED_PRICE: ScheduledAmountKind.FIXED_PRICE,
    Method.FIXED_PRICE_TASKS: ScheduledAmountKind.TASK_PRICE,
    Method.INSTALMENTS: ScheduledAmountKind.INSTALMENT,
    Method.SUBSCRIPTION: ScheduledAmountKind.PERIOD,
}
# Fields that only some methods use; with other methods the stored value is kept.
FIELDS_OF = {
    "hourly_rate": (Method.PROJECT_RATE,),
    "fixed_price": (Method.FIXED_PRICE, Method.INSTALMENTS),
}


class ProjectForm(AsksQuestions, ShowsUnderstood, HasRounding, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """General data, method of invoicing, budget."""

    hourly_rate = AmountField(label=gettext_lazy("Hourly rate"), max_digits=8, required=False)
    fixed_price = AmountField(label=gettext_lazy("Fixed price"), required=False)
    budget_hours = QuantityField(
        label=gettext_lazy("Budget in hours"), max_digits=8, required=False
    )
    budget_amount = AmountField(label=gettext_lazy("Budget in euros"), required=False)

    class Meta:
        model = Project
        fields = (
            "customer",
            "name",
            "code",
            "starts_on",
            "ends_on",
            "reference",
            "is_for_team_only",
            "notes",
            "method",
            "hourly_rate",
            "fixed_price",
            "budget_amount",
            "warns_at",
            "warns_again_at",
            "rounding_step",
            "rounding_direction",
            "rounding_unit",
        )
        field_classes = {"customer": PickerField, "starts_on": DayField, "ends_on": DayField}
        widgets = {
            "notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        rule = organisation.get_rounding_step_display()
        self.empty_step = _("As the organisation: %(rule)s") % {"rule": rule}
        super().__init__(*args, **options)
        self.instance.organisation = organisation
        # The stored project: validation writes the typed values into the instance.
        self.stored = Project.objects.filter(pk=self.instance.pk).first()
        customer = cast(PickerField, self.fields["customer"])
        stored = self.instance.customer_id
        customers = organisation.customers.filter(Q(archived_at=None) | Q(pk=stored))
        customer.source_key, customer.empty_label = "active-customers", _("Choose a customer")
        customer.offer(customers, among=customers.active())
        customer.remember(self.instance.customer if stored else None)
        minutes = self.instance.budget_minutes
        self.initial["budget_hours"] = None if minutes is None else Decimal(minutes) / 60

    @property
    def method(self) -> Method:
        """Return the chosen method, else the stored one."""
        value = self["method"].value()
        return Method(value) if value in Method.values else Method.TASK_RATE

    def clean_customer(self) -> object:
        """Raise ValidationError if work was registered or billed for another customer."""
        customer = self.cleaned_data["customer"]
        if self.stored and customer.pk != self.stored.customer_id and keeps_customer(self.stored):
            raise ValidationError(
                _(
                    "The customer cannot be changed: %(customer)s has registrations or invoices "
                    "on this project. Create a new project for another customer."
                )
                % {"customer": self.stored.customer}
            )
        return customer

    def clean_method(self) -> str:
        """Raise ValidationError if the same work could be billed in two ways."""
        method = Method(self.cleaned_data["method"])
        if method.has_scheduled_amounts and self.stored:
            others = self.stored.scheduled_amounts.settled().exclude(
                kind=KIND_OF_SCHEDULED_AMOUNTS[method]
            )
            if others.exists():
                raise ValidationError(
                    _(
                        "Part of this project was already billed under another method. Create a "
                        "new project for the new agreement."
                    )
                )
        return method

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        self._ignore_other_methods(values)
        self._require("hourly_rate", Method.PROJECT_RATE, _("Enter the rate of this project."))
        self._require("fixed_price", Method.FIXED_PRICE, _("Enter the agreed price."))
        self._check_billed_price(values)
        self._check_days(values)
        self._check_name(values)
        self._ask_about_amounts()
        return values

    def agreed_fields(self) -> dict[str, object]:
        """Return the values to store, by field name."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        hours = self.cleaned_data["budget_hours"]
        return {**values, "budget_minutes": None if hours is None else _minutes(hours)}

    def _ignore_other_methods(self, values: dict[str, Any]) -> None:
        for name, methods in FIELDS_OF.items():
            if self.method not in methods:
                self.errors.pop(name, None)
                values[name] = getattr(self.stored, name, None)

    def _ask_about_amounts(self) -> None:
        """Ask about rates, prices and budgets far above those of the organisation."""
        organisation = self.instance.organisation
        tasks = organisation.tasks.exclude(hourly_rate=None).order_by("-pk")
        if self.method is Method.PROJECT_RATE:
            text = _(
                "%(amount)s is more than ten times what tasks have (%(usual)s). Is that right?"
            )
            rates = tasks.values_list("hourly_rate", flat=True)[:LAST]
            self.ask_if_unlikely("hourly_rate", text, others=rates)
        others = organisation.projects.exclude(pk=self.instance.pk).order_by("-pk")[:LAST]
        rows = list(others.values_list("fixed_price", "budget_amount", "budget_minutes"))
        prices, amounts, minutes = zip(*rows, strict=True) if rows else ((), (), ())
        hours = [Decimal(one) / 60 for one in minutes if one is not None]
        text = _(
            "%(amount)s is more than ten times what other projects have (%(usual)s). Is that right?"
        )
        self.ask_if_unlikely("fixed_price", text, others=prices)
        self.ask_if_unlikely("budget_amount", text, others=amounts)
        self.ask_if_unlikely("budget_hours", text, others=hours, shown=_in_hours)

    def _require(self, name: str, method: Method, sentence: str) -> None:
        if self.method is method and not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    def _check_billed_price(self, values: dict[str, Any]) -> None:
        if self.method is not Method.FIXED_PRICE or not self.stored:
            return
        billed = (
            self.stored.scheduled_amounts.settled()
            .filter(kind=ScheduledAmountKind.FIXED_PRICE)
            .first()
        )
        if billed and "fixed_price" in values and values["fixed_price"] != billed.price:
            self.add_error(
                "fixed_price", _("This price has been billed. Create a new project for more work.")
            )

    def _check_days(self, values: dict[str, Any]) -> None:
        starts: datetime.date | None = values.get("starts_on")
        ends: datetime.date | None = values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end is before the start."))

    def _check_name(self, values: dict[str, Any]) -> None:
        customer, name = values.get("customer"), values.get("name")
        if not customer or not name:
            return
        same = Project.objects.filter(customer=customer, name__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            text = _("%(customer)s already has a project named %(name)s. Choose another name.")
            self.add_error("name", fill(text, {"customer": customer, "name": name}))


def _in_hours(hours: Decimal) -> str:
    return number(cents(hours))


def _minutes(hours: Decimal) -> int:
    return int((hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))
