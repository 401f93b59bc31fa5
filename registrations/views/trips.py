"""Register → Trips: favourites, and the year of a vehicle for the tax office."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import member_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.choices import chosen_id
from lib.paging import page_of
from lib.spreadsheets import sheet_response

from ..models import FavouriteTrip, Trip
from ..register.register_pages import TRIPS
from ..rights import sees_everything
from ..rules import year_in
from ..trips import favourite_trips
from ..trips.trip_log import TripLog, log_of, sheet_of_log, totals_of, vehicles_of

ROWS = 100


@require_safe
@member_required
def trip_log(request: MemberRequest) -> HttpResponse:
    """Show the trips of a vehicle in a year: of the first one that was driven, if none is named."""
    year = _year(request)
    vehicles = vehicles_of(request.membership, year)
    chosen = _vehicle(request) or (vehicles[0][0].pk if vehicles else None)
    log = _log(request, year, chosen) if chosen else None
    context = {
        "register": TRIPS,
        "year": year,
        "years": (year - 1, year + 1),
        "vehicles": vehicles,
        "log": log,
        "totals": totals_of(log) if log else [],
        "page": page_of(request, log.trips, default_size=ROWS) if log else None,
        "sees_everything": sees_everything(request.membership),
    }
    return render(request, "registrations/trip_log.html", context)


@require_safe
@member_required
@limited("exports")
def trip_log_export(request: MemberRequest) -> StreamingHttpResponse:
    """Return the same as CSV, or with `file=xlsx` as a workbook."""
    log = _log(request, _year(request), _vehicle(request) or 0)
    name = f"{slugify(_('Trip log'))}-{slugify(str(log.vehicle))}-{log.year}"
    return sheet_response(sheet_of_log(log, name=name), kind=request.GET.get("file", ""))


@require_POST
@member_required
def trip_star(request: MemberRequest, pk: int) -> HttpResponse:
    """Make a trip a favourite, or no longer."""
    trip = get_object_or_404(Trip.objects.visible_to(request.membership), pk=pk)
    is_new = favourite_trips.star(trip, by=request.membership)
    messages.success(request, _("Is a favourite now.") if is_new else _("No longer a favourite."))
    return redirect(TRIPS.url_name)


@require_POST
@member_required
def favourite_trip_remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Remove a favourite of one's own."""
    get_object_or_404(FavouriteTrip, pk=pk, membership=request.membership).delete()
    messages.success(request, _("No longer a favourite."))
    return redirect(TRIPS.url_name)


def _year(request: MemberRequest) -> int:
    return year_in(request.GET.get("year", "")) or timezone.localdate().year


def _vehicle(request: MemberRequest) -> int | None:
    return chosen_id(request.GET.get("vehicle", ""))


def _log(request: MemberRequest, year: int, pk: int) -> TripLog:
    """Return the log of a vehicle; 404 for one of another organisation."""
    vehicle = get_object_or_404(request.organisation.vehicles, pk=pk)
    return log_of(vehicle, year, by=request.membership)
