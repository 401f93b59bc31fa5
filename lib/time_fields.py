"""Form fields for durations and times of the day."""

import datetime
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .text import clean_line
from .times import format_clock, format_duration, parse_clock, parse_duration, parse_pause


class TypedTimeField(forms.CharField):
    """Text for one of the parsers of lib/times.py; None if empty."""

    parser: Callable[[str], object]

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text or not clean_line(text):
            return None
        try:
            return type(self).parser(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class DurationField(TypedTimeField):
    """Minutes; shown as 1:30."""

    parser = staticmethod(parse_duration)

    def prepare_value(self, value: object) -> object:
        return format_duration(value) if isinstance(value, int) else value


class PauseField(DurationField):
    """Minutes; a number without unit is minutes too."""

    parser = staticmethod(parse_pause)


class ClockField(TypedTimeField):
    """A time of the day; shown as 9:05."""

    parser = staticmethod(parse_clock)

    def prepare_value(self, value: object) -> object:
        return format_clock(value) if isinstance(value, datetime.time) else value
