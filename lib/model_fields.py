"""Model fields for text: whatever way a text comes in, its cleaned form is stored.

They clean when a value is validated and again when a row is written, so that imports and programs
need not think of it. For migrations they are Django's own fields: cleaning is not in the database.
"""

from typing import Any, ClassVar

from django.db import models

from . import form_fields
from .addresses import clean_address
from .amounts import WholeField
from .text import clean_line, clean_text


class PlainInMigrations(models.Field):  # type: ignore[type-arg]  # takes none at run time
    """A field that migrations describe as the field of Django that it extends."""

    def deconstruct(self) -> Any:
        """Return name, path and arguments, with the path of Django's own field."""
        name, _path, args, kwargs = super().deconstruct()
        plain = next(base for base in type(self).__mro__ if base.__module__.startswith("django."))
        return name, f"django.db.models.{plain.__name__}", args, kwargs


class _Cleaned(PlainInMigrations):
    """What both kinds of text share."""

    multiline: ClassVar[bool]

    def to_python(self, value: Any) -> Any:
        """Return the text as it will be stored."""
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        return clean_text(text) if self.multiline else clean_line(text)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        """Clean what is about to be written, also by `bulk_create`."""
        text = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, text)
        return text

    def formfield(self, **options: Any) -> Any:
        """Return a form field that cleans in the same way."""
        kind = form_fields.MultilineField if self.multiline else form_fields.LineField
        return super().formfield(**{"form_class": kind, **options})


class LineField(_Cleaned, models.CharField):  # type: ignore[type-arg]
    """One line of text."""

    multiline = False


class MultilineCharField(_Cleaned, models.CharField):  # type: ignore[type-arg]
    """Several lines of text, with a maximum length."""

    multiline = True


class MultilineField(_Cleaned, models.TextField):  # type: ignore[type-arg]
    """Several lines of text, without a maximum length."""

    multiline = True


class AddressField(PlainInMigrations, models.EmailField):  # type: ignore[type-arg]
    """An e-mail address, stored as it is mailed."""

    def to_python(self, value: Any) -> Any:
        """Return the address as it will be stored. Raises ValidationError."""
        text = super().to_python(value)
        return clean_address(text) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        """Compare with any text: a look-up of what is no address finds nothing."""
        return None if value is None else str(value)

    def formfield(self, **options: Any) -> Any:
        """Return a form field that reads the same."""
        return models.CharField.formfield(
            self, **{"form_class": form_fields.AddressField, **options}
        )


class WholeNumberField(PlainInMigrations, models.PositiveIntegerField):  # type: ignore[type-arg]
    """A whole number that a form reads like any amount: `1.000` is asked about, not read as 1."""

    def formfield(self, **options: Any) -> Any:
        """Return a form field; the upper bound comes from the validators of the model field."""
        return _whole_field(self, options)


class SmallWholeNumberField(PlainInMigrations, models.PositiveSmallIntegerField):  # type: ignore[type-arg]
    """The same for a small number, such as days."""

    def formfield(self, **options: Any) -> Any:
        """Return a form field; the upper bound comes from the validators of the model field."""
        return _whole_field(self, options)


def _whole_field(field: Any, options: dict[str, Any]) -> Any:
    return models.Field.formfield(field, **{"form_class": WholeField, **options})
