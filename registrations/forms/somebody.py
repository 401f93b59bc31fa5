"""Choosing the person to register for."""

from typing import cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.picker_fields import PickerField


class SomebodyForm(forms.Form):
    """The person to register for, by id or by name: anyone of the organisation.

    Former employees are included, because their registrations remain; only the others are offered.
    """

    employee = PickerField(
        label=_("Register for"),
        queryset=Membership.objects.none(),
        required=False,
        source="active-employees",
    )

    def __init__(
        self, data: QueryDict | None, *, by: Membership, subject: Membership | None = None
    ) -> None:
        super().__init__(data, initial={"employee": subject.pk if subject else None})
        people = by.organisation.memberships.select_related("user")
        field = cast(PickerField, self.fields["employee"])
        field.offer(people, among=people.active())
        field.remember(subject)
