"""The year of a vehicle as the Dutch tax office asks for it (rittenregistratie).

Source: Belastingdienst, "Rittenregistratie": of each trip the date, both odometer readings, from,
to, the address that was visited, the route where it is not the usual one, and whether it was
business or private. More than 500 private kilometres in a year are taxed (art. 13bis Wet op de
loonbelasting 1964; art. 3.20 Wet inkomstenbelasting 2001). Commuting is business there.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from accounts.models import Membership
from lib.kilometres import short
from lib.spreadsheets import Cell, Sheet
from projects.models import Vehicle

from ..models import Trip, TripKind
from .odometer import Step

PRIVATE_LIMIT = 500  # kilometres in a calendar year
IN_ORDER = ("date", F("odometer_begin").asc(nulls_last=True), "pk")
RELATED = ("membership__user", "project__customer")


@dataclass(frozen=True)
class LoggedTrip:
    """A trip in the log; `remark` says how its readings do not follow on the trip before it."""

    trip: Trip
    remark: str

    @property
    def visited(self) -> str:
        """Return the customer that was visited, or what the person noted."""
        project = self.trip.project
        return str(project.customer) if project else self.trip.description


@dataclass(frozen=True)
class TripLog:
    """The trips of a vehicle in a year that a member sees, in order, and what they come to."""

    vehicle: Vehicle
    year: int
    trips: tuple[LoggedTrip, ...]

    def kilometres(self, *kinds: str) -> Decimal:
        """Return the kilometres of these kinds; of every kind without one."""
        chosen = [one.trip for one in self.trips if not kinds or one.trip.kind in kinds]
        return short(sum((trip.distance for trip in chosen), Decimal(0)))

    @property
    def total(self) -> Decimal:
        return self.kilometres()

    @property
    def business(self) -> Decimal:
        """Return the business kilometres, commuting too."""
        return self.kilometres(TripKind.BUSINESS, TripKind.COMMUTE)

    @property
    def commuting(self) -> Decimal:
        return self.kilometres(TripKind.COMMUTE)

    @property
    def private(self) -> Decimal:
        return self.kilometres(TripKind.PRIVATE)

    @property
    def is_over_limit(self) -> bool:
        return self.private > PRIVATE_LIMIT

    @property
    def limit(self) -> int:
        return PRIVATE_LIMIT

    @property
    def remarks(self) -> int:
        """Return how many trips have a remark."""
        return sum(1 for one in self.trips if one.remark)


def log_of(vehicle: Vehicle, year: int, *, by: Membership) -> TripLog:
    """Return the log of a vehicle; two queries. It goes on from the last trip before the year."""
    rows = Trip.objects.visible_to(by).filter(vehicle=vehicle).select_related(*RELATED)
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    earlier = rows.filter(date__lt=first, odometer_end__isnull=False)
    before = earlier.order_by("-date", "-odometer_end", "-pk").first()
    trips = rows.filter(date__range=(first, last)).order_by(*IN_ORDER)
    return TripLog(vehicle, year, tuple(_logged(trips, before)))


def vehicles_of(by: Membership, year: int) -> list[tuple[Vehicle, Decimal]]:
    """Return the vehicles with trips in a year that the member sees, with their kilometres."""
    rows = Trip.objects.visible_to(by).filter(date__year=year, vehicle__isnull=False)
    totals = rows.order_by().values("vehicle").annotate(total=Sum("distance"))
    driven = dict(totals.values_list("vehicle", "total"))
    vehicles = by.organisation.vehicles.filter(pk__in=driven)
    return [(one, short(driven[one.pk])) for one in vehicles]


def _logged(trips: Iterable[Trip], before: Trip | None) -> Iterator[LoggedTrip]:
    for trip in trips:
        if trip.odometer_begin is None:
            yield LoggedTrip(trip, _("No odometer readings."))
            continue
        yield LoggedTrip(trip, Step(before, trip).words if before else "")
        before = trip


def sheet_of_log(log: TripLog, *, name: str) -> Sheet:
    """Return the log as a table, with its totals in the last rows."""
    head = [
        _("Date"),
        _("Employee"),
        _("Odometer at the start"),
        _("Odometer at the end"),
        _("From"),
        _("To"),
        _("Visited"),
        _("Other route"),
        _("Type"),
        _("Km"),
        _("Remark"),
    ]
    return Sheet(name, str(log.vehicle), head, _rows(log))


def _rows(log: TripLog) -> Iterator[list[Cell]]:
    kinds = {value: str(label) for value, label in TripKind.choices}
    for one in log.trips:
        trip = one.trip
        yield [
            trip.date,
            str(trip.membership),
            trip.odometer_begin,
            trip.odometer_end,
            trip.origin,
            trip.destination,
            one.visited,
            trip.route,
            kinds[trip.kind],
            short(trip.distance),
            one.remark,
        ]
    for label, total in totals_of(log):
        yield [None, label, *[None] * 7, total, None]


def totals_of(log: TripLog) -> list[tuple[str, Decimal]]:
    """Return the totals of a log with their names."""
    limit = _("Private in %(year)d; the limit is %(limit)d km")
    return [
        (_("Business, with commuting"), log.business),
        (_("Of which commuting"), log.commuting),
        (limit % {"year": log.year, "limit": PRIVATE_LIMIT}, log.private),
        (_("Total"), log.total),
    ]
