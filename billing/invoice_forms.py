"""The forms of one invoice: its draft, and the e-mail that carries it."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from .fields import InvoiceDateField, check_placeholders
from .mailing import Letter
from .models import Invoice, InvoiceLine

MOST_ADDRESSES = 10
LONGEST_ADDRESSES = 320


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
    """To whom, and what the e-mail says. `key` lets the same form go once."""

    to = forms.CharField(
        label=_("To"), max_length=LONGEST_ADDRESSES, help_text=_("Several: with commas between.")
    )
    subject = forms.CharField(label=_("Subject"), max_length=150, strip=False)
    body = forms.CharField(
        label=_("Text"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    @classmethod
    def first(cls, letter: Letter) -> "SendForm":
        """With the texts that are prefilled, and a key of its own."""
        initial = {
            "to": ", ".join(letter.to),
            "subject": letter.subject,
            "body": letter.body,
            "key": uuid.uuid4(),
        }
        return cls(initial=initial)

    def clean_to(self) -> list[str]:
        found = [one.strip() for one in self.cleaned_data["to"].split(",")]
        addresses = list(dict.fromkeys(one for one in found if one))
        for address in addresses:
            _check(address)
        if not addresses:
            raise ValidationError(_("Fill in an e-mail address."))
        if len(addresses) > MOST_ADDRESSES:
            text = _("At most %(most)d addresses at a time.")
            raise ValidationError(text, params={"most": MOST_ADDRESSES})
        if len(", ".join(addresses)) > LONGEST_ADDRESSES:
            raise ValidationError(_("These addresses are too long together: send it twice."))
        return addresses

    def clean_subject(self) -> str:
        subject = self.cleaned_data["subject"]
        if "\n" in subject or "\r" in subject:
            raise ValidationError(_("A subject is one line: take the line breaks out."))
        return check_placeholders(subject.strip())

    def clean_body(self) -> str:
        return check_placeholders(self.cleaned_data["body"])

    def letter(self) -> dict[str, Any]:
        """What send_invoice takes, once the form is valid."""
        return {name: self.cleaned_data[name] for name in ("to", "subject", "body", "key")}


def _check(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        text = _("“%(address)s” is not an e-mail address. Correct it.")
        raise ValidationError(text, params={"address": address}) from error
