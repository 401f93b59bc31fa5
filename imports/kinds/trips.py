"""Files of trips."""

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from lib.amounts import AmountField
from lib.kilometres import kilometres, tenths
from projects.models import Vehicle
from registrations.models import Trip, TripKind
from registrations.trips.odometer import READINGS, reading_errors

from ..cells import Amount, Choice, Name, Text
from .base import Context, Field, ReadRow
from .expenses import BILLABLE, PROJECT_IF_BILLED
from .hours import CUSTOMER, DATE, EMPLOYEE, NOTE
from .registrations import RegistrationKind

ORIGIN, DESTINATION, DISTANCE, BEGIN, END, ROUTE = (
    cast(Any, Trip._meta.get_field(name)).formfield()
    for name in ("origin", "destination", "distance", *READINGS, "route")
)
FIELDS = (
    DATE,
    EMPLOYEE,
    CUSTOMER,
    PROJECT_IF_BILLED,
    Field(
        "origin",
        gettext_lazy("From"),
        Text(ORIGIN),
        ("van", "from", "vertrek", "vertrekadres", "origin", "from address"),
        is_required=True,
        example="Amsterdam",
    ),
    Field(
        "destination",
        gettext_lazy("To"),
        Text(DESTINATION),
        ("naar", "to", "bestemming", "aankomst", "destination", "to address"),
        is_required=True,
        example="Deventer",
    ),
    Field(
        "distance",
        gettext_lazy("Distance in km"),
        Amount(cast(AmountField, DISTANCE)),
        ("afstand", "distance", "km", "kilometers", "aantal km", "kilometres", "afstand in km",
         "distance in km"),
        example="104,5",
    ),
    Field(
        "kind",
        gettext_lazy("Type"),
        Choice(
            {
                TripKind.BUSINESS: ("zakelijk", "business"),
                TripKind.COMMUTE: ("woon-werk", "woon-werkverkeer", "home-work", "commute"),
                TripKind.PRIVATE: ("prive", "private"),
            },
            {one: one.label for one in TripKind},
        ),
        ("type", "soort", "soort rit", "doel"),
        example="Zakelijk",
    ),
    Field(
        "vehicle",
        gettext_lazy("Vehicle"),
        Name(),
        ("voertuig", "vehicle", "auto", "kenteken", "car", "licence plate"),
        directory="vehicle",
    ),
    Field(
        "odometer_begin",
        gettext_lazy("Odometer at the start"),
        Text(BEGIN),
        ("beginstand", "begin km", "km-stand begin", "kilometerstand begin", "odometer begin",
         "odometer start", "start km"),
        example="45210",
    ),
    Field(
        "odometer_end",
        gettext_lazy("Odometer at the end"),
        Text(END),
        ("eindstand", "eind km", "km-stand eind", "kilometerstand eind", "odometer end", "end km"),
        example="45314",
    ),
    Field(
        "route",
        gettext_lazy("Other route"),
        Text(ROUTE),
        ("afwijkende route", "route", "other route"),
    ),
    NOTE,
    BILLABLE,
)  # fmt: skip


class TripsKind(RegistrationKind):
    """Files of trips."""

    key = "trips"
    model = Trip
    stored = (
        "membership_id", "project_id", "date", "origin", "destination", "distance", "kind",
        "description",
    )  # fmt: skip
    identity = (
        "membership_id", "project_id", "date", "origin", "destination", "kind", "description",
    )  # fmt: skip
    figures = ("distance",)
    priced = ("rate",)
    references = {"vehicle": (Vehicle, "vehicle")}

    def fields(self) -> Sequence[Field]:
        return FIELDS

    def values(self, row: ReadRow, context: Context) -> dict[str, Any]:
        begin, end = (row.values.get(name) for name in READINGS)
        distance = row.values.get("distance")
        if distance is None and begin is not None and end is not None:
            distance = tenths(end - begin)
        return {
            "origin": row.values["origin"],
            "destination": row.values["destination"],
            "distance": distance,
            "odometer_begin": begin,
            "odometer_end": end,
            "route": row.values.get("route") or "",
            "kind": row.values.get("kind", TripKind.BUSINESS),
            "is_billable": row.values.get("is_billable", True),
        }

    def own_errors(self, row: ReadRow, target: Trip) -> dict[str, str]:
        begin, end = (row.values.get(name) for name in READINGS)
        readings = reading_errors(
            begin,
            end,
            distance=row.values.get("distance"),
            has_vehicle=row.values.get("vehicle") is not None,
        )
        return {**super().own_errors(row, target), **(readings or _limit_errors(target))}

    def shown(self, name: str, value: Any) -> str:
        return f"{kilometres(value)} km"


def _limit_errors(trip: Trip) -> dict[str, str]:
    """Return what the limits of the model refuse, by field; a form field does not know them."""
    errors = {}
    for name in ("distance", *READINGS):
        value = getattr(trip, name)
        try:
            if value is not None:
                cast(Any, Trip._meta.get_field(name)).run_validators(value)
        except ValidationError as error:
            errors[name] = " ".join(error.messages)
    return errors
