"""Form fields for text: what a form shows as valid is what is stored."""

from collections.abc import Callable
from typing import Any

from django import forms

from .text import clean_line, clean_text


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


class MultilineField(CleanedField):
    """Several lines of text; a line break counts once, as browsers count it."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cleaner": clean_text, **options})
