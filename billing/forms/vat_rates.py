"""The forms of Settings → VAT rates: one rate, and a percentage that changes by law."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from integrations.eboekhouden.facts.vat import VAT_CODES
from lib.choices import offer
from lib.form_fields import DayField, LineField
from lib.understanding import ShowsUnderstood
from vat.models import VatRate
from vat.rates import CODE_MEANINGS
from vat.treatments import CODES, TREATMENTS, contradicts, default_code

from ..fields import PercentField

CODE = RegexValidator(r"^[A-Z0-9_]*$", _("A VAT code has capitals, digits and _ only."))


class VatRateForm(ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """One VAT rate; percentage, treatment, code and period must be consistent."""

    percentage = PercentField(label=_("Percentage"), required=True)

    class Meta:
        model = VatRate
        fields = (
            "name",
            "percentage",
            "treatment",
            "code",
            "valid_from",
            "valid_until",
            "replaces",
            "is_default",
        )
        field_classes = {"valid_from": DayField, "valid_until": DayField}
        widgets = {
            "code": forms.TextInput(attrs={"list": "vat-codes", "autocomplete": "off"}),
        }
        help_texts = {
            "is_default": _("For customers and tasks without a rate of their own."),
            "replaces": _("What was supplied before the first day gets the rate chosen here."),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation
        others = organisation.vat_rates.exclude(pk=self.instance.pk)
        available = others.filter(replaced_by=None) | others.filter(replaced_by=self.instance.pk)
        offer(self, "replaces", available, empty="—")

    def clean_name(self) -> str:
        return free_name(self.cleaned_data["name"], self.organisation, besides=self.instance.pk)

    def clean_code(self) -> str:
        return sales_code(self.cleaned_data["code"])

    def calculations(self) -> dict[str, str]:
        """Return what a code of e-Boekhouden means."""
        meaning = CODE_MEANINGS.get(self.cleaned_data.get("code", ""))
        return {"code": f"= {meaning}"} if meaning else {}

    def clean(self) -> dict[str, object]:
        self._check_percentage()
        self._check_period()
        self._check_predecessor()
        return self.cleaned_data

    def _check_percentage(self) -> None:
        percentage = self.cleaned_data.get("percentage")
        treatment = self.cleaned_data.get("treatment")
        if percentage is None or treatment is None:
            return
        if TREATMENTS[treatment].is_untaxed and percentage:
            self.add_error("percentage", _("With this treatment the invoice has 0% VAT."))
        elif why := why_not_code(self.cleaned_data.get("code", ""), treatment, percentage):
            self.add_error("code", why)

    def _check_period(self) -> None:
        first, last = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("This is before the first day. Choose a later day."))

    def _check_predecessor(self) -> None:
        before, first = self.cleaned_data.get("replaces"), self.cleaned_data.get("valid_from")
        if before is None:
            return
        if first is None:
            self.add_error(
                "valid_from", _("Enter the date from which this rate replaces the other.")
            )
        elif before.valid_from and before.valid_from >= first:
            self.add_error("replaces", _("That rate starts later. Choose an older rate."))
        if before.treatment != self.cleaned_data.get("treatment"):
            self.add_error(
                "replaces",
                _("That rate has another treatment. Choose a rate with the same treatment."),
            )


class ChangeByLawForm(ShowsUnderstood, forms.Form):
    """The successor of a rate whose percentage changes by law; it keeps the treatment."""

    valid_from = DayField(label=_("From"))
    percentage = PercentField(label=_("New percentage"), required=True)
    name = LineField(label=_("Name of the new rate"), max_length=60)
    code = LineField(
        label=capfirst(_("VAT code in e-Boekhouden")),
        max_length=12,
        required=False,
        help_text=_("Empty: the default code of the new percentage, if there is one."),
        widget=forms.TextInput(attrs={"list": "vat-codes", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, rate: VatRate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rate = rate

    def clean_name(self) -> str:
        return free_name(self.cleaned_data["name"], self.rate.organisation)

    def clean_code(self) -> str:
        return sales_code(self.cleaned_data["code"])

    def clean_percentage(self) -> Decimal:
        percentage: Decimal = self.cleaned_data["percentage"]
        if percentage == self.rate.percentage:
            raise forms.ValidationError(_("The rate already has this percentage."))
        return percentage

    def clean_valid_from(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["valid_from"]
        if self.rate.valid_from and day <= self.rate.valid_from:
            raise forms.ValidationError(_("The rate starts later. Choose a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        percentage, code = typed.get("percentage"), typed.get("code", "")
        if percentage is not None and "code" in typed:
            typed["code"] = code or default_code(self.rate.treatment, percentage)
            if why := why_not_code(code, self.rate.treatment, percentage):
                self.add_error("code", why)
        return typed

    def calculations(self) -> dict[str, str]:
        """Return the code that an empty field stands for."""
        code = self.cleaned_data.get("code", "")
        return {"code": f"= {code}"} if code and not self._typed("code") else {}


def free_name(text: str, organisation: Organisation, *, besides: int | None = None) -> str:
    """Return the name stripped. Raises ValidationError when another rate has it."""
    name = text.strip()
    same = organisation.vat_rates.filter(name__iexact=name).values_list("pk", flat=True)
    if set(same) - {besides}:
        raise forms.ValidationError(_("Another rate has this name. Choose a different one."))
    return name


def sales_code(text: str) -> str:
    """Return the code in capitals. Raises ValidationError if it is invalid or for purchases."""
    code = text.strip().upper()
    CODE(code)
    known = VAT_CODES.get(code)
    if known and not known.is_for_sales:
        raise forms.ValidationError(_("This code is for purchases; choose one for sales."))
    return code


def why_not_code(code: str, treatment: str, percentage: Decimal) -> forms.ValidationError | None:
    """Return the error of a code that contradicts treatment or percentage, else None.

    An unknown code is accepted.
    """
    known = VAT_CODES.get(code)
    if contradicts(code, treatment):
        sentence = _("%(code)s means “%(meaning)s”; with this treatment use %(fitting)s.")
        fitting = default_code(treatment, percentage) or ", ".join(sorted(CODES[treatment]))
        meaning = CODE_MEANINGS.get(code, code)
        params = {"code": code, "meaning": meaning, "fitting": fitting}
        return forms.ValidationError(sentence, params=params)
    if known and known.percentage is not None and known.percentage != percentage:
        sentence = _("In e-Boekhouden %(code)s is %(percentage)s%%. Choose a matching code.")
        return forms.ValidationError(
            sentence, params={"code": code, "percentage": known.percentage}
        )
    return None
