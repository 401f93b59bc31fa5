"""Form fields for what people type: durations, times of the day, amounts as one writes them."""

import datetime
import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .durations import parse_clock, parse_duration, parse_pause, written

# One or two digits behind a mark are cents; three are thousands.
CENTS = re.compile(r"(.*?)(?:[.,](\d{1,2}))?")
THOUSANDS = re.compile(r"[.,](?=\d{3})")


class TypedTimeField(forms.CharField):
    """Text that one of the parsers of durations.py reads; None when empty."""

    parser: Callable[[str], object]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return type(self).parser(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class DurationField(TypedTimeField):
    """Minutes; shown as 1:30."""

    parser = staticmethod(parse_duration)

    def prepare_value(self, value: object) -> object:
        return written(value) if isinstance(value, int) else value


class PauseField(DurationField):
    """Minutes; a bare number is minutes too."""

    parser = staticmethod(parse_pause)


class ClockField(TypedTimeField):
    """A time of the day; shown as 9:05."""

    parser = staticmethod(parse_clock)

    def prepare_value(self, value: object) -> object:
        if isinstance(value, datetime.time):
            return f"{value.hour}:{value.minute:02d}"
        return value


class AmountField(forms.DecimalField):
    """A figure typed the Dutch or the English way: 1.234,50 and 1,234.50; shown as 1234,50."""

    widget = forms.TextInput
    default_error_messages = {
        "required": _("Type an amount such as 12.50."),
        "invalid": _("Type an amount such as 12.50."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"localize": True, **options})

    def to_python(self, value: Any) -> Any:
        return super().to_python(_with_a_point(value) if isinstance(value, str) else value)


def _with_a_point(text: str) -> str:
    text = re.sub(r"[\s€]", "", text)
    found = CENTS.fullmatch(text)
    whole, fraction = found.groups() if found else (text, None)
    whole = THOUSANDS.sub("", whole)
    return whole if fraction is None else f"{whole}.{fraction}"
