"""Choices of a form field: rows of the organisation only."""

from typing import Any, cast

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import fields as filter_fields

# An id with more digits does not fit in a database column.
MOST_DIGITS = 18


def offer(
    form: forms.BaseForm, name: str, rows: QuerySet[Any], *, empty: str | Promise | None = None
) -> None:
    """Let a field choose from these rows; `empty` is the label of no choice, or of an empty box."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if empty is not None:
        field.empty_label = str(empty)


def chosen_id(text: str) -> int:
    """Return the id in an address or a form; 0, which no row has, if it is not a number."""
    digits = text if len(text) <= MOST_DIGITS else ""
    return int(digits) if digits.isascii() and digits.isdigit() else 0


class RealIds:
    """A mixin that refuses ids too long for the database, as if no row had them."""

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            if len(str(pk)) > MOST_DIGITS:
                raise ValidationError(_("Choose from the list."), code="invalid_choice")
        return super().clean(value)  # type: ignore[misc]  # of the field that it is mixed into


class SeveralFilterField(RealIds, filter_fields.ModelMultipleChoiceField):
    """A filter field for one or more rows."""


class Several(filters.ModelMultipleChoiceFilter):
    """Filter by one or more rows of the organisation."""

    field_class = SeveralFilterField
