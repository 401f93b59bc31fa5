"""What a field of a form may choose from: rows of the organisation, never those of another."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise

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


class SeveralField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not at run time
    """One or more rows; an id that no row can have is refused like one that no row has."""

    def clean(self, value: Any) -> Any:
        for given in value or ():
            if len(str(given)) > MOST_DIGITS:
                message = self.error_messages["invalid_choice"]
                raise ValidationError(message, code="invalid_choice", params={"value": given})
        return super().clean(value)
