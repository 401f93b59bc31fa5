"""Parse typed amounts, with a comma or a point, in every language of the page."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

SPACES = re.compile(r"[\s€\u00a0]")
PLAIN = re.compile(r"(-?\d+)(?:[.,](\d{1,2}))?")
IN_THOUSANDS = re.compile(r"(-?[1-9]\d{0,2}(?:([.,])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d{1,2}))?")


def parse_amount(text: str) -> Decimal:
    """Return `95,5`, `1.234,50` or `€ 1,234.50` as a Decimal with cents. Raises ValueError."""
    bare = SPACES.sub("", text)
    if found := PLAIN.fullmatch(bare):
        whole, fraction = found.groups()
    elif found := IN_THOUSANDS.fullmatch(bare):
        whole, _separator, fraction = found.groups()
    else:
        raise ValueError(text)
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{(fraction or '').ljust(2, '0')}")


class AmountInput(forms.TextInput):
    """An input that shows an amount with the decimal separator of the page."""

    def format_value(self, value: Any) -> str | None:
        """Format a stored amount; a typed text stays as typed."""
        if isinstance(value, Decimal):
            text = f"{value:.2f}"
            return text.replace(".", ",") if (get_language() or "").startswith("nl") else text
        return super().format_value(value)


class AmountField(forms.DecimalField):
    """Euros, hours or quantities with at most two decimals."""

    widget = AmountInput

    def __init__(self, *, max_digits: int = 12, min_value: Any = 0, **options: Any) -> None:
        super().__init__(max_digits=max_digits, decimal_places=2, min_value=min_value, **options)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    # Django's own DecimalField overrides its base, an IntegerField, in the same way.
    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Return the amount, or None if empty. Raises ValidationError with an example."""
        if value is None or isinstance(value, Decimal) or not str(value).strip():
            return None if not isinstance(value, Decimal) else value
        try:
            return parse_amount(str(value))
        except ValueError:
            raise ValidationError(_("Enter an amount such as 95.50."), code="invalid") from None
