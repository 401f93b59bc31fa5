"""The form of Register → Trips."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.choices import offer
from lib.kilometres import kilometres

from ..models import Trip
from ..unlikely import question_about_trip
from .registration import RegistrationForm


class TripForm(RegistrationForm):
    """A trip; a return trip doubles the distance."""

    page = "trips"

    is_return = forms.BooleanField(label=_("Return trip: double the distance"), required=False)

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
            "description",
            "is_billable",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vehicles = self.organisation.vehicles.filter(
            Q(is_active=True) | Q(pk=self.instance.vehicle_id)
        )
        offer(self, "vehicle", vehicles, empty=_("Which vehicle?"))

    def ask_questions(self) -> None:
        super().ask_questions()
        if {"distance", "is_return", "project"} & set(self.changed_data):
            question = question_about_trip(self.instance)
            if question:
                self.ask("distance", question)

    def values_read(self) -> dict[str, Any]:
        return {**self.cleaned_data, "distance": self.typed_distance}

    def calculations(self) -> dict[str, str]:
        if not self.typed_distance or not self.cleaned_data.get("is_return"):
            return {}
        one, both = kilometres(self.typed_distance), kilometres(2 * self.typed_distance)
        return {"distance": f"2 × {one} = {both} km"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.typed_distance = cleaned.get("distance")
        if cleaned.get("is_return") and cleaned.get("distance"):
            cleaned["distance"] *= 2
        return cleaned
