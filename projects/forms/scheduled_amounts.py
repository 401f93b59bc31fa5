"""Forms for amounts billed without registrations: instalments and a subscription."""

import datetime
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from lib.amounts import AmountField, QuantityField
from lib.form_fields import DayField, LineField
from lib.formats import day as shown_day
from lib.formats import euro
from lib.money import ZERO, net_amount
from lib.picker_fields import PickerField
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood, times
from lib.unlikely import LAST
from projects.editing import InstalmentRow
from projects.models import ScheduledAmountKind, Subscription
from projects.periods import Period, periods
from projects.pickers import active_tasks
from projects.scheduled_amounts import days_of


class InstalmentForm(ShowsUnderstood, forms.Form):
    """An instalment of a fixed price."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    description = LineField(label=gettext_lazy("Description"), max_length=200)
    date = DayField(label=gettext_lazy("To be billed on"))
    amount = AmountField(label=gettext_lazy("Amount"), min_value=Decimal("0.01"))


class InstalmentRows(forms.BaseFormSet):  # type: ignore[type-arg]  # takes none at run time
    """The instalments that may still change. `open_ids` are the stored ones."""

    def __init__(self, *args: Any, open_ids: set[int], has_settled: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.open_ids = open_ids
        self.has_settled = has_settled

    def clean(self) -> None:
        """Raise ValidationError without any instalment, or if one was billed in the meantime."""
        if any(self.errors):
            return
        rows = self.rows()
        if any(row.pk and row.pk not in self.open_ids for row in rows):
            raise ValidationError(
                _("An instalment was billed or removed in the meantime. Check the current list.")
            )
        if not rows and not self.has_settled:
            raise ValidationError(_("Add at least one instalment."))

    def rows(self) -> list[InstalmentRow]:
        """Return the filled-in rows, without the empty and the removed ones."""
        filled = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
        return [
            InstalmentRow(values["pk"], values["description"], values["date"], values["amount"])
            for values in filled
            if values
        ]

    def removed(self) -> list[int]:
        """Return the stored instalments that were removed on the form."""
        return [form.cleaned_data["pk"] for form in self.deleted_forms if form.cleaned_data["pk"]]

    def total(self) -> Decimal:
        """Return the sum of the filled-in rows."""
        return sum((row.amount for row in self.rows()), ZERO)


InstalmentFormSet = cast(
    type[InstalmentRows],
    forms.formset_factory(
        InstalmentForm, formset=InstalmentRows, extra=2, can_delete=True, max_num=100
    ),
)


class SubscriptionForm(AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """An amount per period."""

    quantity = QuantityField(
        label=gettext_lazy("Quantity"), max_digits=8, min_value=Decimal("0.01")
    )
    price = AmountField(label=gettext_lazy("Price"), min_value=Decimal("0.01"))

    class Meta:
        model = Subscription
        fields = (
            "frequency",
            "starts_on",
            "ends_on",
            "description",
            "quantity",
            "price",
            "task",
        )
        field_classes = {"starts_on": DayField, "ends_on": DayField, "task": PickerField}
        help_texts = {"description": gettext_lazy("The period is added to the description.")}

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        task = cast(PickerField, self.fields["task"])
        tasks = organisation.tasks.filter(Q(is_active=True) | Q(pk=self.instance.task_id))
        task.source_key, task.empty_label = "active-tasks", _("none")
        task.offer(tasks, among=active_tasks(organisation))
        self.initial.setdefault("quantity", Decimal(1))
        self.initial["quantity"] = Decimal(self.initial["quantity"])

    def clean_starts_on(self) -> object:
        """Raise ValidationError for a day on which no invoice can be dated."""
        day = self.cleaned_data["starts_on"]
        if not 2000 <= day.year <= 2049:
            raise ValidationError(_("Choose a day from 2000 to 2049."))
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        values = self.cleaned_data
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end is before the start."))
        if starts and values.get("frequency"):
            self._check_billed_periods(values["frequency"], starts)
        self._ask_about_the_price()
        return values

    def calculations(self) -> dict[str, str]:
        """Return quantity × price, at the price."""
        quantity, price = (self.cleaned_data.get(name) for name in ("quantity", "price"))
        if not quantity or not price or quantity == 1:
            return {}
        total = euro(net_amount(quantity, price))
        return {"price": f"{times(quantity, price)} = {total}"}

    def _ask_about_the_price(self) -> None:
        rows = Subscription.objects.filter(project__organisation=self.organisation)
        others = rows.exclude(pk=self.instance.pk).order_by("-pk")
        text = _(
            "%(amount)s is more than ten times what other subscriptions have (%(usual)s). "
            "Is that right?"
        )
        prices = others.values_list("price", flat=True)[:LAST]
        self.ask_if_unlikely("price", text, others=prices)

    def _check_billed_periods(self, frequency: str, starts: datetime.date) -> None:
        """Add an error if days that were billed would become part of another period."""
        billed = self._billed_periods()
        if not billed:
            return
        last = max(period.last for period in billed)
        new_periods = list(periods(frequency, starts_on=starts, until=last))
        if any(new.overlaps(old) and new != old for new in new_periods for old in billed):
            text = _("Already billed up to %(day)s. Start the new periods after that date.")
            self.add_error("starts_on", text % {"day": shown_day(last)})

    def _billed_periods(self) -> list[Period]:
        if self.instance.pk is None:
            return []
        scheduled_amounts = self.instance.project.scheduled_amounts.settled().filter(
            kind=ScheduledAmountKind.PERIOD
        )
        return [days_of(scheduled) for scheduled in scheduled_amounts]
