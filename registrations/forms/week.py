"""The form to add a row to the week: a task on a project."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.picker_fields import PickerField
from projects.models import ProjectTask

from ..bookable import bookable_work


class AddRowForm(forms.Form):
    """What to add a row for. Its field is `row`, as in the address of the week."""

    row = PickerField(
        label=_("Add a row"), queryset=ProjectTask.objects.none(), source="hours-work"
    )

    def __init__(self, *args: Any, subject: Membership, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["row"].offer(bookable_work(subject.organisation, subject))  # type: ignore[attr-defined]
