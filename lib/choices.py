"""What a field of a form may choose from: rows of the organisation, never those of another."""

from typing import Any, cast

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import fields as filter_fields

# An id with more is too big for a database.
MOST_DIGITS = 18


def offer(
    form: forms.BaseForm, name: str, rows: QuerySet[Any], *, empty: str | Promise | None = None
) -> None:
    """Lets a field choose from these rows; `empty` is what choosing none of them is called."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if empty is not None:
        field.empty_label = str(empty)


def chosen_id(text: str) -> int:
    """The id that an address or a form asks for; 0, which no row has, for what is none."""
    digits = text if len(text) <= MOST_DIGITS else ""
    return int(digits) if digits.isascii() and digits.isdigit() else 0


class RealIds:
    """For a field of several rows: an id that no row can have is refused like one that none has."""

    def clean(self, value: Any) -> Any:
        for given in value or ():
            if len(str(given)) > MOST_DIGITS:
                raise ValidationError(_("Choose from the list."), code="invalid_choice")
        return super().clean(value)  # type: ignore[misc]  # of the field that it is mixed into


class SeveralField(RealIds, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at run time
    """One or more rows."""


class SeveralFilterField(RealIds, filter_fields.ModelMultipleChoiceField):
    """One or more rows to filter by."""


class Several(filters.ModelMultipleChoiceFilter):
    """Filters by one or more of the organisation's things."""

    field_class = SeveralFilterField
