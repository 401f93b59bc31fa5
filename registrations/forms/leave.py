"""The forms of leave: to ask for it, and the holidays that people may take in a year."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from lib.form_fields import DayField, MultilineField
from lib.text import clean_line
from lib.time_fields import DurationField
from lib.times import format_duration
from lib.understanding import ShowsUnderstood

from ..models import LeaveKind

_HOURS = re.compile(r"(?P<hours>[0-9]{1,4})(?:(?P<sign>[:.,])(?P<rest>[0-9]{1,2}))?")


class LeaveForm(ShowsUnderstood, forms.Form):
    """What for, from which day until which, and how long a day if not all of it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=LeaveKind, initial=LeaveKind.HOLIDAY)
    first = DayField(label=_("First day"))
    last = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: the first day is the only one.")
    )
    minutes = DurationField(
        label=_("Hours a day"),
        required=False,
        help_text=_("Empty: all hours that the contract has on the day."),
    )
    note = MultilineField(
        label=_("Note"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_minutes(self) -> int | None:
        minutes: int | None = self.cleaned_data["minutes"]
        if minutes is not None and minutes < 1:
            text = gettext("Enter a duration of more than zero and at most 24 hours.")
            raise ValidationError(text)
        return minutes

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("first") and not values.get("last") and "last" not in self.errors:
            values["last"] = values["first"]
        return values


class HoursOfYearField(forms.CharField):
    """A number of hours in minutes, such as 200, 187,5 or 187:30; None if empty."""

    def to_python(self, value: Any) -> Any:
        text = clean_line(super().to_python(value) or "")
        if not text:
            return None
        found = _HOURS.fullmatch(text)
        minutes = _minutes_of(found) if found else None
        if minutes is None:
            raise ValidationError(gettext("Type a number of hours such as 200 or 187:30."))
        return minutes

    def prepare_value(self, value: Any) -> Any:
        return format_duration(value) if isinstance(value, int) else value


class GrantsForm(forms.Form):
    """The holidays of a year, a field for each person."""

    def __init__(
        self,
        *args: Any,
        people: list[Membership],
        granted: Mapping[int, int | None],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.people = people
        for person in people:
            name = f"granted_{person.pk}"
            self.fields[name] = HoursOfYearField(label=str(person), required=False)
            self.initial[name] = granted.get(person.pk)

    def field_of(self, person: Membership) -> forms.BoundField:
        return self[f"granted_{person.pk}"]

    def changes(self) -> list[tuple[Membership, int | None]]:
        """Return the people whose holidays were changed, of a valid form."""
        return [
            (person, self.cleaned_data[name])
            for person in self.people
            if (name := f"granted_{person.pk}") in self.changed_data
        ]


def _minutes_of(found: re.Match[str]) -> int | None:
    hours, rest = int(found["hours"]), found["rest"] or ""
    if found["sign"] == ":":
        return hours * 60 + int(rest) if len(rest) == 2 and int(rest) < 60 else None
    return hours * 60 + round(int(rest.ljust(2, "0") or 0) * 60 / 100)
