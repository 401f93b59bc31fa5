"""Form fields for invoices: their date, a percentage, addresses, and texts with placeholders."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrations.eboekhouden.facts import limits
from lib.addresses import split_addresses
from lib.amounts import AmountField
from lib.form_fields import DayField, FilterDayField
from lib.money import ZERO
from lib.placeholders import PLACEHOLDERS, unknown_placeholders

MOST_ADDRESSES = 10
LONGEST_ADDRESSES = 320


class InvoiceDateField(DayField):
    """A day on which e-Boekhouden can book."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if isinstance(value, datetime.date) and not limits.FIRST_DATE <= value <= limits.LAST_DATE:
            text = _("Choose a day between %(first)s and %(last)s.")
            years = {"first": limits.FIRST_DATE.year, "last": limits.LAST_DATE.year}
            raise ValidationError(text, params=years)


class InvoiceFilterDayField(FilterDayField, InvoiceDateField):
    """Such a day in a filter, which stores nothing."""


class PercentField(AmountField):
    """A discount in percent, 0 to 100; nothing is no discount."""

    example = _("Enter a percentage such as 21.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 5, "max_value": 100, "required": False, **options})
        bounds = _("Enter a percentage between 0 and 100.")
        self.error_messages |= {"min_value": bounds, "max_value": bounds}

    def clean(self, value: Any) -> Decimal:
        """Return zero if empty. Raises ValidationError with what to do."""
        typed = value.strip().removesuffix("%") if isinstance(value, str) else value
        return super().clean(typed) or ZERO


class AddressesField(forms.CharField):
    """E-mail addresses with commas, semicolons or blanks between, as a list without doubles."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESSES, **kwargs)

    def clean(self, value: Any) -> list[str]:
        addresses = split_addresses(super().clean(value))
        if self.required and not addresses:
            raise ValidationError(_("Fill in an e-mail address."))
        if len(addresses) > MOST_ADDRESSES:
            text = _("At most %(most)d addresses at a time.")
            raise ValidationError(text, params={"most": MOST_ADDRESSES})
        if len(", ".join(addresses)) > LONGEST_ADDRESSES:
            raise ValidationError(_("These addresses are too long together. Send two e-mails."))
        return addresses


def check_placeholders(text: str, *, known: Iterable[str] = PLACEHOLDERS) -> str:
    """Return the text. Raises ValidationError with the first unknown placeholder."""
    if unknown := unknown_placeholders(text, known=known):
        sentence = _("{%(name)s} cannot be filled in. Use %(known)s.")
        usable = ", ".join(f"{{{name}}}" for name in known)
        raise ValidationError(sentence, params={"name": unknown[0], "known": usable})
    return text
