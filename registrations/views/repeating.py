"""Register → Hours: register an earlier entry, or an earlier day, once more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from lib.times import format_duration
from lib.toasts import toast

from ..approving import undoing
from ..models import TimeEntry
from ..register import repeating
from ..register.repeating import Repeated
from .register import day_of, show_day, subject_of


@require_POST
@member_required
def again(request: MemberRequest, pk: int) -> HttpResponse:
    """Add an entry again on the day in the address, with its duration."""
    rows = TimeEntry.objects.visible_to(request.membership)
    entry = get_object_or_404(rows.select_related("project__customer", "task", "membership"), pk=pk)
    day = day_of(request)
    days = (day - entry.date).days
    say_repeated(request, repeating.repeat([entry], days=days, by=request.membership))
    return show_day(request, day=day, subject=entry.membership)


@require_POST
@member_required
def copy_day(request: MemberRequest) -> HttpResponse:
    """Add the hours of the last day before the one in the address again on that day."""
    day, subject = day_of(request), subject_of(request)
    latest = repeating.latest_entries(subject, besides=day, by=request.membership)
    earlier = repeating.earlier_day(latest, before=day)
    if earlier:
        rows = [entry for entry in reversed(latest) if entry.date == earlier.date]
        days = (day - earlier.date).days
        say_repeated(request, repeating.repeat(rows, days=days, by=request.membership))
    return show_day(request, day=day, subject=subject)


def say_repeated(request: MemberRequest, result: Repeated) -> None:
    """Say how many registrations were added, with a way back, and what was refused."""
    if result.ids:
        text = ngettext(
            "%(count)d registration added, %(time)s.",
            "%(count)d registrations added, %(time)s.",
            len(result.ids),
        )
        told = {"count": len(result.ids), "time": format_duration(result.minutes)}
        toast(request, text % told, undo=undoing.undo_add(request, result.ids))
    for sentence in result.refused:
        messages.warning(request, _("Not added: %s") % sentence)
