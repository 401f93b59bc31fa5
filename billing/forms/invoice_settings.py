"""The form of Settings → Invoices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from customers.payment_terms import question_about_term
from lib.questions import AsksQuestions
from lib.understanding import ShowsUnderstood

from ..fields import check_placeholders
from ..mailing import Extra
from ..mailing.letters import default_texts
from ..models import InvoiceSettings


class InvoiceSettingsForm(AsksQuestions, ShowsUnderstood, forms.ModelForm):  # type: ignore[type-arg]  # takes none at run time
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
            "footer_en",
            "mail_subject_nl",
            "mail_body_nl",
            "mail_subject_en",
            "mail_body_en",
            "mail_extras",
        )
        widgets = {
            "design": forms.RadioSelect,
            "footer": forms.Textarea(attrs={"rows": 3}),
            "footer_en": forms.Textarea(attrs={"rows": 3}),
            "mail_body_nl": forms.Textarea(attrs={"rows": 8}),
            "mail_body_en": forms.Textarea(attrs={"rows": 8}),
        }

    mail_extras = forms.MultipleChoiceField(
        label=_("With the PDF"),
        choices=Extra.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Selected by default when you send an invoice, if available."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in Language.values:
            subject, body = default_texts(language)
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
        prefix, remote_prefix = typed.get("prefix"), typed.get("eboekhouden_prefix")
        if prefix is not None and prefix == remote_prefix:
            sentence = _("Use a different prefix than above. Each series has its own count.")
            self.add_error("eboekhouden_prefix", sentence)
        if "payment_term" in self.changed_data:
            days = self.cleaned_data.get("payment_term")
            if text := question_about_term(days, is_business=True):
                self.ask("payment_term", text)
        return typed
