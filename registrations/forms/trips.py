"""The form of Register → Trips."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.choices import offer
from lib.formats import number
from lib.kilometres import kilometres, tenths

from ..models import Trip, TripKind
from ..trips import odometer
from ..trips.odometer import READINGS, reading_errors
from ..unlikely import question_about_trip
from .registration import RegistrationForm


class TripForm(RegistrationForm):
    """A trip. A return trip adds the way back as a second trip, with from and to swapped.

    Both readings of the odometer fill in the distance; one that differs from them is refused.
    """

    page = "trips"

    is_return = forms.BooleanField(
        label=_("Return trip"),
        required=False,
        help_text=_("Adds the way back as a second trip: from and to are swapped."),
    )

    class Meta(RegistrationForm.Meta):
        model = Trip
        fields = (
            "project",
            "date",
            "origin",
            "destination",
            "distance",
            "kind",
            "vehicle",
            "odometer_begin",
            "odometer_end",
            "route",
            "description",
            "is_billable",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vehicles = self.organisation.vehicles.filter(
            Q(is_active=True) | Q(pk=self.instance.vehicle_id)
        )
        offer(self, "vehicle", vehicles, empty=_("Which vehicle?"))
        self.fields["distance"].required = False
        if not self.instance._state.adding:
            del self.fields["is_return"]

    @property
    def adds_return(self) -> bool:
        """Whether the way back is added too."""
        return bool(self.cleaned_data.get("is_return"))

    @property
    def is_detailed(self) -> bool:
        """Whether the part about odometer and route is open: something in it is filled in."""
        names = (*READINGS, "route")
        return any(self[name].value() or self[name].errors for name in names)

    def may_lack_project(self, cleaned: dict[str, Any]) -> bool:
        is_business = cleaned.get("kind") == TripKind.BUSINESS
        return not is_business or super().may_lack_project(cleaned)

    def ask_questions(self) -> None:
        super().ask_questions()
        if {"distance", "project", *READINGS} & set(self.changed_data):
            question = question_about_trip(self.instance)
            if question:
                self.ask("distance", question)

    def calculations(self) -> dict[str, str]:
        """Return the distance there and back, and what the readings of the odometer come to."""
        distance, found = self.cleaned_data.get("distance"), {}
        if distance and self.adds_return:
            one, both = kilometres(distance), kilometres(2 * distance)
            found["distance"] = f"2 × {one} = {both} km"
        begin, end = (self.cleaned_data.get(name) for name in READINGS)
        if begin is not None and end is not None and not self.errors:
            sum_of = f"{number(end)} − {number(begin)} = {number(end - begin)} km"
            said = [sum_of, odometer.remark(self.instance)]
            found["odometer_end"] = ". ".join(part for part in said if part)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not {"distance", *READINGS} & self.errors.keys():
            self._read_odometer(cleaned)
        return cleaned

    def _read_odometer(self, cleaned: dict[str, Any]) -> None:
        """Take the distance of the readings where none was typed."""
        begin, end = (cleaned.get(name) for name in READINGS)
        errors = reading_errors(
            begin,
            end,
            distance=cleaned.get("distance"),
            has_vehicle=bool(cleaned.get("vehicle")) or "vehicle" in self.errors,
        )
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        if not errors and begin is not None and end is not None:
            cleaned["distance"] = cleaned.get("distance") or tenths(end - begin)
