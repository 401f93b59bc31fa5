"""Kilometres, kept to the tenth: how they are typed, stored and shown."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from .amounts import QuantityField
from .model_fields import PlainInMigrations

TENTH = Decimal("0.1")


def tenths(value: Decimal | int) -> Decimal:
    """Round to a tenth of a kilometre; half a tenth goes away from zero."""
    return Decimal(value).quantize(TENTH, rounding=ROUND_HALF_UP)


def short(value: Decimal | int) -> Decimal:
    """Return the same number without a useless zero: 104.0 becomes 104."""
    number = tenths(value)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def kilometres(value: Decimal | int) -> str:
    """Format for the reader: 1.040,5 in Dutch, 1,040.5 in English, and 104 without a decimal."""
    number = short(value)
    decimals = max(0, -int(number.as_tuple().exponent))
    return number_format(number, decimal_pos=decimals, use_l10n=True, force_grouping=True)


class KilometresField(QuantityField):
    """A typed number of kilometres with at most one decimal: `12,5` or `104`."""

    example = _("Enter a number such as 12.5.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 9, "decimals": 1, **options})

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number as people write it: 104 and 12.5."""
        return short(value) if isinstance(value, Decimal | int) else value


class StoredKilometres(PlainInMigrations, models.DecimalField):  # type: ignore[type-arg]
    """Kilometres of a row, with one decimal. Limits come from the validators of the field."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_digits": 8, "decimal_places": 1, **options})

    def formfield(self, **options: Any) -> Any:
        """Return a form field that reads kilometres."""
        given: dict[str, Any] = {"form_class": KilometresField, "max_digits": self.max_digits}
        return models.Field.formfield(self, **given | options)
