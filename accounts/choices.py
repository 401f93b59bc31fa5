"""What a field of a form may choose from: rows of the organisation, never those of another."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise


def offer(
    form: forms.BaseForm, name: str, rows: QuerySet[Any], *, empty: str | Promise | None = None
) -> None:
    """Lets a field choose from these rows; `empty` is what choosing none of them is called."""
    field = cast("forms.ModelChoiceField[Any]", form.fields[name])
    field.queryset = rows
    if empty is not None:
        field.empty_label = str(empty)
