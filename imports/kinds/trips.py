"""Files of trips."""

from collections.abc import Sequence
from typing import Any, cast

from django.utils.translation import gettext_lazy

from lib.amounts import AmountField
from lib.kilometres import kilometres
from projects.models import Vehicle
from registrations.models import Trip, TripKind

from ..cells import Amount, Choice, Name, Text
from .base import Context, Field, ReadRow
from .expenses import BILLABLE
from .hours import CUSTOMER, DATE, EMPLOYEE, NOTE, PROJECT
from .registrations import RegistrationKind

ORIGIN, DESTINATION, DISTANCE = (
    cast(Any, Trip._meta.get_field(name)).formfield()
    for name in ("origin", "destination", "distance")
)
FIELDS = (
    DATE,
    EMPLOYEE,
    CUSTOMER,
    PROJECT,
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
        is_required=True,
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
        names = ("origin", "destination", "distance")
        return {
            **{name: row.values[name] for name in names},
            "kind": row.values.get("kind", TripKind.BUSINESS),
            "is_billable": row.values.get("is_billable", True),
        }

    def shown(self, name: str, value: Any) -> str:
        return f"{kilometres(value)} km"
