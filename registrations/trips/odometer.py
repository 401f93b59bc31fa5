"""The odometer of a vehicle: the distance of two readings, and whether trips follow each other."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from lib.formats import day, number

from ..models import Trip

READINGS = ("odometer_begin", "odometer_end")


def reading_errors(
    begin: int | None, end: int | None, *, distance: Decimal | None, has_vehicle: bool
) -> dict[str, str]:
    """Return what is wrong with the readings and the distance of a trip, by field.

    Both readings give the distance. A distance beside them may be the same to the kilometre.
    """
    if begin is None and end is None:
        if distance is None:
            return {"distance": _("Enter the distance, or both readings of the odometer.")}
        return {}
    if begin is None or end is None:
        name = READINGS[0] if begin is None else READINGS[1]
        return {name: _("Enter this reading too, or empty the other one.")}
    if end <= begin:
        return {"odometer_end": _("The reading at the end is not higher than that at the start.")}
    errors = {}
    if not has_vehicle:
        errors["vehicle"] = _("Choose the vehicle that the readings are of.")
    driven = end - begin
    if distance is not None and abs(distance - driven) >= 1:
        text = _("The readings come to %(km)s km. Empty this, or correct one of them.")
        errors["distance"] = text % {"km": number(driven)}
    return errors


@dataclass(frozen=True)
class Step:
    """The kilometres between a trip and the one before it; negative where they overlap."""

    before: Trip
    trip: Trip

    @property
    def kilometres(self) -> int:
        return (self.trip.odometer_begin or 0) - (self.before.odometer_end or 0)

    @property
    def words(self) -> str:
        """Return what is wrong in a sentence; empty if the readings follow on each other."""
        told = {
            "km": number(abs(self.kilometres)),
            "day": day(self.before.date),
            "reading": number(self.before.odometer_end or 0),
        }
        if self.kilometres > 0:
            sentence = _("%(km)s km are missing since %(day)s, which ended at %(reading)s.")
            return sentence % told
        if self.kilometres < 0:
            return _("%(km)s km overlap with %(day)s, which ended at %(reading)s.") % told
        return ""


def step_to(trip: Trip) -> Step | None:
    """Return the step from the trip of the vehicle before this one; None if there is none."""
    if trip.vehicle_id is None or trip.odometer_begin is None:
        return None
    rows = Trip.objects.filter(
        organisation=trip.organisation_id,
        vehicle=trip.vehicle_id,
        odometer_begin__isnull=False,
        date__lte=trip.date,
    )
    earlier = Q(date__lt=trip.date) | Q(odometer_begin__lt=trip.odometer_begin)
    if trip.pk:
        # Of two trips of a day with one begin reading the one that was made first goes before.
        earlier |= Q(odometer_begin=trip.odometer_begin, pk__lt=trip.pk)
    else:
        earlier |= Q(odometer_begin=trip.odometer_begin)
    before = rows.filter(earlier).exclude(pk=trip.pk).order_by(*LATEST_FIRST).first()
    return Step(before, trip) if before else None


LATEST_FIRST = ("-date", F("odometer_begin").desc(nulls_last=True), "-pk")


def remark(trip: Trip) -> str:
    """Return what is remarkable about the readings of a trip; empty if nothing is."""
    step = step_to(trip)
    return step.words if step else ""
