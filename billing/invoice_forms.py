"""The forms of one invoice: its draft, and the e-mail that carries it."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from .fields import AddressesField, InvoiceDateField, check_placeholders, check_subject
from .mailing import Letter, first_letter
from .mailing.attachments import is_too_large, on_offer, sizes_of, usual_extras
from .models import Invoice, InvoiceLine


class DraftForm(forms.Form):
    """Dates and texts of a draft, with one field for the description of every line."""

    date = InvoiceDateField(label=_("Invoice date"))
    payment_term = forms.IntegerField(
        label=_("Payment term"), min_value=0, max_value=365, help_text=_("In days.")
    )
    reference = forms.CharField(label=_("Reference of the customer"), max_length=50, required=False)
    notes = forms.CharField(
        label=_("Text above the lines"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, invoice: Invoice) -> None:
        names = ("date", "payment_term", "reference", "notes")
        super().__init__(data, initial={name: getattr(invoice, name) for name in names})
        self.lines = list(invoice.lines.all())
        for line in self.lines:
            self.fields[_name(line)] = forms.CharField(
                label=_("Description"),
                max_length=2000,
                initial=line.description,
                widget=forms.Textarea(attrs={"rows": 1 + len(line.description) // 70}),
            )

    def with_lines(self) -> Iterator[tuple[InvoiceLine, BoundField]]:
        """Every line with the field of its description."""
        for line in self.lines:
            yield line, self[_name(line)]

    def changes(self) -> dict[str, Any]:
        """What change_draft takes, once the form is valid."""
        names = ("date", "payment_term", "reference", "notes")
        descriptions = {line.pk: self.cleaned_data[_name(line)] for line in self.lines}
        return {name: self.cleaned_data[name] for name in names} | {"descriptions": descriptions}


def _name(line: InvoiceLine) -> str:
    return f"line-{line.pk}"


class SendForm(forms.Form):
    """To whom, what the e-mail says, and what goes along. `key` lets the same form go once."""

    to = AddressesField(label=_("To"), help_text=_("Several: with commas between."))
    cc = AddressesField(label=_("Cc"), required=False)
    bcc = AddressesField(label=_("Bcc"), required=False, help_text=_("Nobody else sees these."))
    subject = forms.CharField(label=_("Subject"), max_length=150, strip=False)
    body = forms.CharField(
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
        """With the texts and attachments that are prefilled, and a key of its own."""
        letter = first_letter(invoice)
        initial = {
            "to": ", ".join(letter.to),
            "subject": letter.subject,
            "body": letter.body,
            "extras": usual_extras(invoice),
            "key": uuid.uuid4(),
        }
        return cls(initial=initial, invoice=invoice)

    def clean_subject(self) -> str:
        return check_subject(self.cleaned_data["subject"])

    def clean_body(self) -> str:
        return check_placeholders(self.cleaned_data["body"])

    def clean_extras(self) -> list[str]:
        wanted: list[str] = self.cleaned_data["extras"]
        try:
            sizes = sizes_of(self.invoice, wanted=wanted)
        except OSError as error:
            text = _("One of these files cannot be read. Leave them out and send it all the same.")
            raise ValidationError(text) from error
        if is_too_large(sizes):
            text = _("Together these are %(size)s, too much for an e-mail. Leave some out.")
            raise ValidationError(text, params={"size": filesizeformat(sum(sizes))})
        return wanted

    @property
    def letter(self) -> Letter:
        """What is sent, once the form is valid."""
        names = ("to", "subject", "body", "cc", "bcc")
        return Letter(**{name: self.cleaned_data[name] for name in names})
