"""Forms of Management: tasks, expense categories, vehicles, and how trips are billed."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from integrations.ledger import LedgerAccountField, fetched_accounts
from integrations.models import CostCentre
from lib.amounts import AmountField
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood
from lib.unlikely import LAST
from projects.models import ExpenseCategory, Task, TripSettings, Vehicle
from vat.choices import offer_rates

OVERRIDES = ("ledger_account", "vat_rate", "cost_centre_id")
NAME_TAKEN = {
    True: gettext_lazy("%(name)s already exists. Choose another name."),
    False: gettext_lazy(
        "%(name)s already exists but is inactive. Activate it or choose another name."
    ),
}


class OwnedForm(AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """A form for a row of one organisation, which is never taken from the posted data."""

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        if self.instance.pk is None:
            self.instance.organisation = organisation
            # A new row is active; it can be deactivated later.
            self.fields.pop("is_active", None)


class NamedForm(OwnedForm):
    """A row with a unique name in its organisation."""

    def clean_name(self) -> str:
        """Raise ValidationError if another row has the name, ignoring case."""
        name = self.cleaned_data["name"]
        rows = type(self.instance).objects.filter(organisation=self.organisation)
        same = rows.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if same:
            raise ValidationError(NAME_TAKEN[same.is_active] % {"name": same})
        return name


class BookableForm(OwnedForm):
    """Ledger account, VAT rate and cost centre that replace the defaults."""

    ledger_account = LedgerAccountField(
        label=gettext_lazy("Ledger account"),
        help_text=gettext_lazy(
            "Only the number. Empty: the ledger account of Settings → e-Boekhouden."
        ),
    )
    cost_centre_id = forms.TypedChoiceField(
        label=gettext_lazy("Cost centre"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, organisation=organisation, **options)
        cast(LedgerAccountField, self.fields["ledger_account"]).offer(
            fetched_accounts(organisation)
        )
        default_label, today = _("as for the customer"), timezone.localdate()
        chosen = self.instance.vat_rate_id
        offer_rates(self, organisation, day=today, chosen=chosen, empty=default_label)
        self.fields["vat_rate"].help_text = ""
        self._offer_cost_centres(organisation)

    def _offer_cost_centres(self, organisation: Organisation) -> None:
        choices = cost_centres(organisation)
        stored = self.instance.cost_centre_id
        if stored and stored not in choices:
            choices[stored] = _("cost centre %(number)s, no longer in e-Boekhouden") % {
                "number": stored
            }
        field = cast(forms.ChoiceField, self.fields["cost_centre_id"])
        field.choices = [("", _("none")), *choices.items()]
        if not choices:
            del self.fields["cost_centre_id"]


def cost_centres(organisation: Organisation) -> dict[int, str]:
    """Return the names of the cost centres as last fetched, by their id in e-Boekhouden."""
    rows = CostCentre.objects.filter(connection__organisation=organisation)
    return dict(rows.values_list("remote_id", "name"))


class TaskForm(NamedForm, BookableForm):
    """A task."""

    hourly_rate = AmountField(
        label=gettext_lazy("Hourly rate"),
        max_digits=8,
        required=False,
        help_text=gettext_lazy("In euros excl. VAT, for projects billed by task rate."),
    )

    class Meta:
        model = Task
        fields = (
            "name",
            "code",
            "hourly_rate",
            "is_billable",
            "is_common",
            "is_active",
            *OVERRIDES,
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        others = self.organisation.tasks.exclude(pk=self.instance.pk).exclude(hourly_rate=None)
        text = _(
            "%(amount)s is more than ten times what other tasks have (%(usual)s). Is that right?"
        )
        rates = others.order_by("-pk").values_list("hourly_rate", flat=True)[:LAST]
        self.ask_if_unlikely("hourly_rate", text, others=rates)
        return values


class CategoryForm(NamedForm, BookableForm):
    """An expense category."""

    class Meta:
        model = ExpenseCategory
        fields = ("name", "is_active", *OVERRIDES)


class VehicleForm(NamedForm):
    """A vehicle."""

    class Meta:
        model = Vehicle
        fields = ("name", "licence_plate", "is_active")


class TripSettingsForm(BookableForm):
    """The rate per kilometre, and where trips are booked."""

    rate = AmountField(
        label=gettext_lazy("Rate per km"),
        max_digits=6,
        help_text=gettext_lazy(
            "In euros excl. VAT, until the first rate from a date. Registered trips keep their "
            "rate."
        ),
    )

    class Meta:
        model = TripSettings
        fields = ("rate", *OVERRIDES)

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, organisation=organisation, **options)
        self.initial["rate"] = Decimal(self.initial["rate"])
