"""Forms that say what was understood of the typed text, while it is typed and after an error."""

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.formats import number_format

from .text import clean_line

SUBMITTED = "submitted"
TYPING = "X-Typing"


def is_typing(request: HttpRequest) -> bool:
    """Return True if the page only asks what the typed form means; nothing may be stored."""
    return request.method == "POST" and TYPING in request.headers


class ShowsUnderstood(forms.BaseForm):
    """A form mixin: `understood` has, by field, what was read where that says more than the text.

    A page posts the form to the address of its view, which answers `is_typing` with
    ui/understood.html.
    """

    def understood(self) -> dict[str, str]:
        """Return what was understood: how numbers and times were read, and what follows."""
        if not self.is_bound:
            return {}
        found = {name: self._read(name, value) for name, value in self.values_read().items()}
        found |= self.calculations()
        return {name: text for name, text in found.items() if text and name not in self.errors}

    def values_read(self) -> dict[str, Any]:
        """Return the values as typed, by field."""
        values: dict[str, Any] = getattr(self, "cleaned_data", {})
        return values

    def calculations(self) -> dict[str, str]:
        """Return what follows from several fields, such as 2 × 5 = 10, at one of them."""
        return {}

    def is_told_while_typing(self, name: str) -> bool:
        """Whether the errors of a field are shown: an empty field is not wrong while typing."""
        return SUBMITTED in self.data or bool(self._typed(name))

    def _typed(self, name: str) -> str:
        if name not in self.fields:
            return ""
        # A picker posts the text of its box beside the id.
        data = self[name].data
        return clean_line(str(getattr(data, "typed", None) or data or ""))

    def _read(self, name: str, value: Any) -> str:
        """Return how a number or a time was read, unless it was typed in the same way."""
        field, typed = self.fields.get(name), self._typed(name)
        if field is None or not typed or isinstance(field.widget, forms.Select):
            return ""
        if isinstance(value, Decimal):
            shown, plain = number(value), number(value, grouped=False)
            return "" if typed in (shown, plain, plain.rstrip("0").rstrip(".,")) else f"= {shown}"
        if isinstance(value, datetime.time) or (type(value) is int):
            shown = str(field.prepare_value(value))
            return "" if typed == shown else f"= {shown}"
        return ""


def number(value: Decimal, *, grouped: bool = True) -> str:
    """Format with the decimals that the value has: 1.125,00 in Dutch."""
    return number_format(value, use_l10n=True, force_grouping=grouped)


def times(quantity: Decimal, price: Decimal) -> str:
    """Format as 80 × 1.125,00, without the zeroes of a whole quantity."""
    return f"{number(quantity.normalize() + 0)} × {number(price)}"
