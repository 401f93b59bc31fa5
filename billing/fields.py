"""Form fields for invoices: their date, and texts with placeholders."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations.eboekhouden.facts import limits

from .placeholders import PLACEHOLDERS, unknown_placeholders


class InvoiceDateField(forms.DateField):
    """A day on which e-Boekhouden can book."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if isinstance(value, datetime.date) and not limits.FIRST_DATE <= value <= limits.LAST_DATE:
            text = _("Choose a day between %(first)s and %(last)s.")
            years = {"first": limits.FIRST_DATE.year, "last": limits.LAST_DATE.year}
            raise ValidationError(text, params=years)


def check_placeholders(text: str) -> str:
    """The text. Raises ValidationError naming the first placeholder that nothing fills."""
    if unknown := unknown_placeholders(text):
        sentence = _("{%(name)s} cannot be filled in. Use %(known)s.")
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValidationError(sentence, params={"name": unknown[0], "known": known})
    return text
