"""Read typed amounts, quantities and percentages, with a comma or a point, in every language.

The same text has the same value in Dutch and in English. A text with two readings is refused with
both, so that nobody books a thousand times what they meant.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from .text import clean_line

# Before the decimals. Fields store fewer, and Decimal rounds what has more than 28 in all.
MOST_DIGITS = 20
_CURRENCY = re.compile(r"^(?:€|EUR(?![A-Z]))\s*|\s*(?:€|\bEUR|\beuros?)$", re.IGNORECASE)
_MINUS = re.compile(r"^[-−–]\s*")
# The Dutch write € 50,- for € 50,00.
_NO_CENTS = re.compile(r"([.,])(?:-{1,2}|[–—=])$")
_PLAIN = re.compile(r"([0-9]*)(?:[.,]([0-9]*))?")
_GROUPED = re.compile(
    r"([1-9][0-9]{0,2}(?:([., '’])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]*))?"
)
_NO_DIGIT = re.compile(r"[^0-9]")
# Before three digits these can be thousands; leading zeroes do not tell that they are not.
_TWO_READINGS = re.compile(r"(0*[1-9][0-9]{0,2})([.,])([0-9]{3})")


class NoAmount(ValueError):
    """The text is no number."""


class TooLarge(ValueError):
    """The number is larger than any that is stored."""

    def __init__(self) -> None:
        super().__init__(_("This number is too large. Enter a smaller one."))


class AmbiguousAmount(ValueError):
    """The text has two readings, both with its sign.

    `thousands` is the amount if `mark` (a point or a comma) parts thousands, `fraction` the exact
    amount if `mark` stands before decimals.
    """

    def __init__(
        self, text: str, *, thousands: Decimal, fraction: Decimal, mark: str, decimals: int
    ) -> None:
        first, second = _typed(thousands), _typed(_rounded(fraction, decimals))
        sentence = _("“%(text)s” can mean %(first)s or %(second)s. Type one of these.")
        super().__init__(sentence % {"text": text, "first": first, "second": second})
        self.thousands, self.fraction, self.mark = thousands, fraction, mark


def parse_amount(text: str, *, decimals: int = 2) -> Decimal:
    """Return `95,5`, `1.234,50`, `€ 1,234.50` or `50,-` with this many decimals.

    Raises ValueError with a sentence: AmbiguousAmount if there are two readings, TooLarge if there
    are more than twenty digits before the decimals.
    """
    line = clean_line(text)
    bare = _CURRENCY.sub("", line)
    positive = _MINUS.sub("", bare)
    number = _NO_CENTS.sub(r"\g<1>00", _CURRENCY.sub("", positive))
    sign = Decimal(1 if positive == bare else -1)
    if found := _TWO_READINGS.fullmatch(number):
        raise AmbiguousAmount(
            line,
            thousands=Decimal(found[1] + found[3]).copy_sign(sign),
            fraction=Decimal(f"{found[1]}.{found[3]}").copy_sign(sign),
            mark=found[2],
            decimals=decimals,
        )
    return _exact(_number(number, decimals).copy_sign(sign), decimals)


def _number(number: str, decimals: int) -> Decimal:
    """Return a number without sign, of which there is one reading. Raises NoAmount or TooLarge."""
    if (found := _PLAIN.fullmatch(number)) and (found[1] or found[2]):
        whole, fraction = found[1], found[2] or ""
    elif found := _GROUPED.fullmatch(number):
        whole, fraction = _NO_DIGIT.sub("", found[1]), found[3] or ""
    else:
        raise NoAmount(_no_number(decimals))
    if len(whole.lstrip("0")) > MOST_DIGITS:
        raise TooLarge
    return Decimal(f"{whole or 0}.{fraction or 0}")


def _exact(value: Decimal, decimals: int) -> Decimal:
    """Return the value with this many decimals. Raises ValueError if it has more."""
    rounded = _rounded(value, decimals)
    if rounded != value:
        nearest = rounded or _rounded(Decimal(1).scaleb(-decimals), decimals).copy_sign(value)
        raise ValueError(_too_fine(nearest, decimals))
    return rounded


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _no_number(decimals: int) -> str:
    if not decimals:
        return _("Enter a whole number such as %(rounded)s.") % {"rounded": "95"}
    return _("Enter an amount such as 95.50.")


def _too_fine(rounded: Decimal, decimals: int) -> str:
    if not decimals:
        return _("Enter a whole number such as %(rounded)s.") % {"rounded": _typed(rounded)}
    sentence = ngettext(
        "Enter at most %(count)d decimal, such as %(rounded)s.",
        "Enter at most %(count)d decimals, such as %(rounded)s.",
        decimals,
    )
    return sentence % {"count": decimals, "rounded": _typed(rounded)}


def _typed(value: Decimal) -> str:
    """Return the value as it can be typed: without thousands separators."""
    return number_format(value, use_l10n=True, force_grouping=False)


class AmountInput(forms.TextInput):
    """An input that shows an amount with the decimal separator of the page."""

    def format_value(self, value: Any) -> str | None:
        """Format a stored amount; a typed text stays as typed."""
        if isinstance(value, Decimal):
            text = str(value)
            return text.replace(".", ",") if (get_language() or "").startswith("nl") else text
        return super().format_value(value)


class AmountField(forms.DecimalField):
    """Euros, with two decimals unless said otherwise."""

    widget = AmountInput
    default_error_messages = {
        "min_value": gettext_lazy("Enter at least %(limit_value)s."),
        "max_value": gettext_lazy("Enter at most %(limit_value)s."),
    }
    # What a text that is no number is told; a kind of field may say what it holds.
    example: Any = None

    def __init__(
        self, *, max_digits: int = 12, decimals: int = 2, min_value: Any = 0, **options: Any
    ) -> None:
        super().__init__(
            max_digits=max_digits, decimal_places=decimals, min_value=min_value, **options
        )
        self.decimals = decimals
        self.widget.attrs.setdefault("inputmode", "decimal" if decimals else "numeric")
        self.widget.attrs.setdefault("autocomplete", "off")

    # Django's own DecimalField overrides its base, an IntegerField, in the same way.
    def to_python(self, value: Any) -> Any:
        """Return the amount, or None if empty. Raises ValidationError with what to type."""
        if value is None or isinstance(value, Decimal) or not clean_line(str(value)):
            return value if isinstance(value, Decimal) else None
        try:
            return self._in_reach(parse_amount(str(value), decimals=self.decimals))
        except NoAmount as error:
            raise ValidationError(self.example or str(error), code="invalid") from None
        except TooLarge:
            raise ValidationError(self._at_most(), code="invalid") from None
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None

    def _in_reach(self, value: Decimal) -> Decimal:
        """Return the value. Raises ValueError if it has more digits than can be stored."""
        if abs(value) > self._most_stored():
            raise ValueError(self._at_most())
        return value

    def _most_stored(self) -> Decimal:
        smallest = Decimal(1).scaleb(-self.decimals)
        return Decimal(1).scaleb((self.max_digits or 0) - self.decimals) - smallest

    def _at_most(self) -> str:
        """Return what to type instead of a number that is too large."""
        own: Any = self.max_value
        most = self._most_stored() if own is None else Decimal(own)
        return _("Enter at most %(limit_value)s.") % {"limit_value": _typed(most)}

    def prepare_value(self, value: Any) -> Any:
        """Show a stored amount with all its decimals."""
        return _rounded(value, self.decimals) if isinstance(value, Decimal) else value


class QuantityField(AmountField):
    """Hours, pieces or another quantity that is not in euros."""

    example = gettext_lazy("Enter a number such as 1.50.")


class WholeField(AmountField):
    """A whole number, such as days or kilometres; `1.000` is asked about, not read as 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 9, "decimals": 0, **options})

    def clean(self, value: Any) -> Any:
        """Return an int, or None if empty. Raises ValidationError with what to type."""
        number = super().clean(Decimal(value) if isinstance(value, int) else value)
        return None if number is None else int(number)
