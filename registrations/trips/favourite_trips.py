"""Trips that a person makes often: starred in the list, filled in with one press."""

from accounts.models import Membership

from ..models import FavouriteTrip, Trip


def star(trip: Trip, *, by: Membership) -> bool:
    """Make a trip a favourite of the member, or no longer; return whether it is one now.

    A favourite has a way and a kind; distance, project and vehicle are those of the trip.
    """
    way = {"origin": trip.origin, "destination": trip.destination, "kind": trip.kind}
    values = {
        "distance": trip.distance,
        "project_id": trip.project_id,
        "vehicle_id": trip.vehicle_id,
    }
    row, is_new = FavouriteTrip.objects.get_or_create(membership=by, **way, defaults=values)
    if not is_new:
        row.delete()
    return is_new


def way_of(trip: Trip | FavouriteTrip) -> tuple[str, str, str]:
    """Return what makes two trips the same favourite."""
    return trip.origin, trip.destination, trip.kind


def favourites_of(by: Membership) -> list[FavouriteTrip]:
    """Return the favourites of a member by their way; one query."""
    rows = FavouriteTrip.objects.filter(membership=by).select_related("project")
    return list(rows.order_by("origin", "destination", "pk"))


def fill(trip: Trip, favourite: FavouriteTrip) -> None:
    """Give a new trip the way, distance, project and vehicle of a favourite. Does not save."""
    for name in ("origin", "destination", "distance", "kind", "project_id", "vehicle_id"):
        setattr(trip, name, getattr(favourite, name))
