"""Form fields for text: what a form shows as valid is what is stored."""

from collections.abc import Callable
from typing import Any

from django import forms

from .addresses import clean_address
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


class AddressField(CleanedField):
    """One e-mail address; a name before it and a domain in any script are read."""

    widget = forms.EmailInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"cleaner": clean_address, **options})
        # Browsers refuse a name before the address and several addresses, which can be read.
        self.widget.input_type = "text"
        self.widget.attrs.setdefault("inputmode", "email")
