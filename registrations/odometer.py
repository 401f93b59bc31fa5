"""The odometer of a vehicle: whether the readings of a trip follow on the trip before it."""

from dataclasses import dataclass

from django.db.models import F, Q
from django.utils.translation import gettext as _

from lib.formats import day, number

from .models import Trip


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
