"""The forms of Settings → Invoices and Settings → VAT rates."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Organisation
from integrations.eboekhouden.facts.vat import VAT_CODES

from .fields import check_placeholders
from .mailing import Extra
from .mailing.letters import usual_texts
from .models import InvoiceSettings, VatRate, VatTreatment

CODE = RegexValidator(r"^[A-Z0-9_]*$", _("A VAT code has capitals, digits and _ only."))


class InvoiceSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """Numbers, payment term and texts of invoices."""

    class Meta:
        model = InvoiceSettings
        fields = (
            "prefix",
            "eboekhouden_prefix",
            "payment_term",
            "design",
            "payment_code",
            "footer",
            "mail_subject_nl",
            "mail_body_nl",
            "mail_subject_en",
            "mail_body_en",
            "mail_extras",
        )
        widgets = {
            "design": forms.RadioSelect,
            "footer": forms.Textarea(attrs={"rows": 3}),
            "mail_body_nl": forms.Textarea(attrs={"rows": 8}),
            "mail_body_en": forms.Textarea(attrs={"rows": 8}),
        }

    mail_extras = forms.MultipleChoiceField(
        label=_("With the PDF"),
        choices=Extra.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ticked beforehand when an invoice is sent, as far as there are any."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            subject, body = usual_texts(language)
            self.fields[f"mail_subject_{language}"].widget.attrs["placeholder"] = subject
            self.fields[f"mail_body_{language}"].widget.attrs["placeholder"] = body

    def clean_mail_subject_nl(self) -> str:
        return check_placeholders(self.cleaned_data["mail_subject_nl"])

    def clean_mail_body_nl(self) -> str:
        return check_placeholders(self.cleaned_data["mail_body_nl"])

    def clean_mail_subject_en(self) -> str:
        return check_placeholders(self.cleaned_data["mail_subject_en"])

    def clean_mail_body_en(self) -> str:
        return check_placeholders(self.cleaned_data["mail_body_en"])

    def clean(self) -> dict[str, object]:
        typed = self.cleaned_data
        ours, theirs = typed.get("prefix"), typed.get("eboekhouden_prefix")
        if ours is not None and ours == theirs:
            sentence = _("Use another prefix than above: each series counts by itself.")
            self.add_error("eboekhouden_prefix", sentence)
        return typed


class VatRateForm(forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
    """One VAT rate. What it says must agree with itself, else invoices and returns don't."""

    class Meta:
        model = VatRate
        fields = (
            "name",
            "percentage",
            "treatment",
            "code",
            "valid_from",
            "valid_until",
            "is_default",
        )
        widgets = {
            "code": forms.TextInput(attrs={"list": "vat-codes", "autocomplete": "off"}),
            "valid_from": forms.DateInput(),
            "valid_until": forms.DateInput(),
        }
        help_texts = {"is_default": _("For customers and tasks without a rate of their own.")}

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        others = self.organisation.vat_rates.exclude(pk=self.instance.pk)
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("Another rate has this name: choose a different one."))
        return name

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        CODE(code)
        known = VAT_CODES.get(code)
        if known and not known.is_for_sales:
            raise forms.ValidationError(_("This code is for purchases; choose one for sales."))
        return code

    def clean(self) -> dict[str, object]:
        self._check_percentage()
        self._check_period()
        return self.cleaned_data

    def _check_percentage(self) -> None:
        percentage = self.cleaned_data.get("percentage")
        treatment = self.cleaned_data.get("treatment")
        if percentage is None or treatment is None:
            return
        if treatment != VatTreatment.DOMESTIC and percentage:
            self.add_error("percentage", _("With this treatment the invoice has 0% VAT."))
        else:
            self._check_code(percentage)

    def _check_code(self, percentage: Decimal) -> None:
        code = self.cleaned_data.get("code", "")
        known = VAT_CODES.get(code)
        if known and known.percentage is not None and known.percentage != percentage:
            sentence = _("In e-Boekhouden %(code)s is %(percentage)s%%: choose the code that fits.")
            params = {"code": code, "percentage": known.percentage}
            self.add_error("code", forms.ValidationError(sentence, params=params))

    def _check_period(self) -> None:
        first, last = self.cleaned_data.get("valid_from"), self.cleaned_data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("This is before the first day: choose a later day."))
