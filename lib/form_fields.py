"""Form fields for text and days: what a form shows as valid is what is stored."""

import datetime
from collections.abc import Callable
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .addresses import clean_address
from .days import Reading, describe_day, read_day
from .formats import day as shown_day
from .identifiers import clean_phone
from .text import clean_line, clean_text

# The code of the error of a day that was understood and not yet shown.
NOT_SHOWN = "not_shown"


class CleanedField(forms.CharField):
    """A text that `cleaner` turns into the stored text; it may raise ValidationError."""

    def __init__(self, *, cleaner: Callable[[str], str] = clean_line, **options: Any) -> None:
        super().__init__(**options)
        self.cleaner = cleaner

    def to_python(self, value: Any) -> Any:
        """Return the text as it will be stored; its length is counted afterwards."""
        text = super().to_python(value)
        return self.cleaner(text) or self.empty_value if text else self.empty_value


class LineField(CleanedField):
    """One line of text."""


class LineFilter(filters.CharFilter):
    """A filter by one line of text; characters that cannot be typed are left out."""

    field_class = LineField


class HasPhone(forms.BaseForm):
    """A form mixin: cleans `phone`; a number that was stored before and is not changed stays."""

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        stored = self.get_initial_for_field(self.fields["phone"], "phone")
        return typed if not typed or typed == stored else clean_phone(typed)


class MultilineField(CleanedField):
    """Several lines of text; a line break counts once, as browsers count it."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cleaner": clean_text, **options})


class AddressField(CleanedField):
    """One e-mail address; a name before it and a domain in any script are read."""

    widget = forms.EmailInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cleaner": clean_address, **options})
        # Browsers refuse a name before the address and several addresses, which can be read.
        self.widget.input_type = "text"
        self.widget.attrs.setdefault("inputmode", "email")


class DayInput(forms.DateInput):
    """A text box for a day, as 28-11-2026 in both languages; the page adds a calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {
            "data-day": True,
            "autocomplete": "off",
            "spellcheck": "false",
            "placeholder": gettext_lazy("dd-mm-yyyy"),
        }
        super().__init__({**own, **(attrs or {})}, format="%d-%m-%Y")


class DayField(forms.DateField):
    """A day in any way of writing that lib/days.py reads.

    A text that is not certain is refused once, with what it means. The form then has the whole
    date, so that saving again stores what was shown. The page replaces the text before it is sent.
    """

    widget = DayInput
    shows_first = True

    def to_python(self, value: Any) -> datetime.date | None:
        """Return the day, or None if empty. Raises ValidationError with what to type."""
        reading = _reading(value)
        return reading.day if reading else None

    def clean(self, value: Any) -> Any:
        """Return the day. Raises ValidationError for one that the user has not seen in full."""
        day, reading = super().clean(value), _reading(value)
        if self.shows_first and reading and not reading.is_certain:
            sentence = _("“%(text)s” means %(day)s. If that is right, save again.")
            params = {"text": clean_line(str(value)), "day": describe_day(reading.day)}
            raise ValidationError(sentence, params=params, code=NOT_SHOWN)
        return day

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what the form shows of the typed text: the whole date, if it could be read."""
        text = super().bound_data(data, initial)
        try:
            reading = _reading(text)
        except ValidationError:
            return text
        return shown_day(reading.day) if reading else text


class FilterDayField(DayField):
    """A day of a filter, which stores nothing: what was understood is applied and shown."""

    shows_first = False


class DayFilter(filters.DateFilter):
    """Filter by a day."""

    field_class = FilterDayField


def _reading(value: Any) -> Reading | None:
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return Reading(value, is_certain=True)
    if value is None or not clean_line(str(value)):
        return None
    try:
        return read_day(str(value), today=timezone.localdate())
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from None
