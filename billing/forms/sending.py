"""The form of the e-mail that carries an invoice."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from lib.form_fields import LineField, MultilineField

from ..fields import AddressesField, check_placeholders
from ..mailing import Letter, first_letter
from ..mailing.attachments import default_extras, is_too_large, on_offer, sizes_of
from ..mailing.letters import values
from ..models import Invoice


class SendForm(forms.Form):
    """Addresses, text and attachments. `key` lets the same form be sent once."""

    to = AddressesField(label=_("To"), help_text=_("Separate several addresses with commas."))
    cc = AddressesField(label=_("Cc"), required=False)
    bcc = AddressesField(
        label=_("Bcc"), required=False, help_text=_("Other recipients do not see these addresses.")
    )
    subject = LineField(label=_("Subject"), max_length=150, strip=False)
    body = MultilineField(
        label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        self.offered = on_offer(invoice)
        choices = [(extra.value, extra.label) for extra in self.offered]
        self.fields["extras"] = forms.MultipleChoiceField(
            label=_("With the PDF"),
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    @classmethod
    def first(cls, invoice: Invoice) -> "SendForm":
        """Return the form with prefilled texts and attachments, and its own key."""
        letter = first_letter(invoice)
        initial = {
            "to": ", ".join(letter.to),
            "subject": letter.subject,
            "body": letter.body,
            "extras": default_extras(invoice),
            "key": uuid.uuid4(),
        }
        return cls(initial=initial, invoice=invoice)

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_body(self) -> str:
        return self._checked("body")

    def _checked(self, name: str) -> str:
        """Return the text; only what was typed is checked, for a name may have braces too."""
        text: str = self.cleaned_data[name]
        typed = text
        for value in sorted(values(self.invoice).values(), key=len, reverse=True):
            if "{" in value or "}" in value:
                typed = typed.replace(value, " ")
        check_placeholders(typed)
        return text

    def clean_extras(self) -> list[str]:
        wanted: list[str] = self.cleaned_data["extras"]
        try:
            sizes = sizes_of(self.invoice, wanted=wanted)
        except OSError as error:
            text = _("One of these files cannot be read. Remove it from the e-mail and send again.")
            raise ValidationError(text) from error
        if is_too_large(sizes):
            text = _(
                "Together these files are %(size)s, too large for an e-mail. Choose fewer files."
            )
            raise ValidationError(text, params={"size": filesizeformat(sum(sizes))})
        return wanted

    @property
    def letter(self) -> Letter:
        """Return the letter to send; the form must be valid."""
        names = ("to", "subject", "body", "cc", "bcc")
        return Letter(**{name: self.cleaned_data[name] for name in names})
