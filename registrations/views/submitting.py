"""Register → Hours: submit a day or a week, and take it back."""

import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import member_required
from accounts.models import Membership
from accounts.requests import MemberRequest
from lib.days import ONE_DAY
from lib.times import format_duration
from lib.toasts import toast

from ..approving import statuses, submitting, undoing
from ..approving.submitting import Choice
from ..models import Status
from ..periods import monday_of
from .actions import back_of
from .register import day_of, subject_of
from .week import query_of_week


@require_POST
@member_required
def submit_week(request: MemberRequest) -> HttpResponse:
    """Ask until which day, and then submit the open hours of the week until that day."""
    subject, monday = subject_of(request), monday_of(day_of(request))
    today = timezone.localdate()
    found = submitting.proposal(subject, monday, by=request.membership, today=today)
    until = request.POST.get("until", "")
    chosen = next((one for one in found.choices if one.until.isoformat() == until), None)
    if chosen:
        _submit(request, chosen)
        return _to_week(request, subject, monday)
    if not found.choices:
        text = _("Nothing in this week is waiting to be submitted.")
        if found.rejected:
            text = _("What was rejected is submitted when you have corrected it.")
        messages.info(request, text)
        return _to_week(request, subject, monday)
    context = {
        "proposal": found,
        "monday": monday,
        "today": today,
        "subject": subject,
        "query": query_of_week(monday, subject if subject.pk != request.membership.pk else None),
    }
    return render(request, "registrations/submit.html", context)


@require_POST
@member_required
def submit_day(request: MemberRequest) -> HttpResponse:
    """Submit the open hours of a day."""
    subject, day = subject_of(request), day_of(request)
    chosen = submitting.of_day(subject, day, by=request.membership)
    if chosen.entries:
        _submit(request, chosen)
    else:
        messages.info(request, _("Nothing on this day is waiting to be submitted."))
    return HttpResponseRedirect(back_of(request))


@require_POST
@member_required
def take_back(request: MemberRequest) -> HttpResponse:
    """Open what was submitted of a day, or with `week` of its week, if nobody decided yet."""
    subject, day = subject_of(request), day_of(request)
    first, last = day, day
    if request.POST.get("week"):
        first, last = monday_of(day), monday_of(day) + 6 * ONE_DAY
    chosen = submitting.submitted(subject, first, last, by=request.membership)
    outcome = statuses.take_back(chosen.selection, by=request.membership)
    if outcome.changed:
        text = ngettext(
            "%(count)d registration taken back, %(time)s.",
            "%(count)d registrations taken back, %(time)s.",
            outcome.changed,
        )
        told = {"count": outcome.changed, "time": format_duration(chosen.minutes)}
        back = undoing.undo_status(request, outcome.before, to=Status.OPEN)
        toast(request, text % told, undo=back)
    if not outcome.changed or outcome.skipped_count:
        messages.info(request, _("What somebody decided on can no longer be taken back."))
    return HttpResponseRedirect(back_of(request))


def _submit(request: MemberRequest, chosen: Choice) -> None:
    outcome = statuses.submit(chosen.selection, by=request.membership)
    if outcome.changed:
        text = ngettext(
            "%(count)d registration submitted, %(time)s.",
            "%(count)d registrations submitted, %(time)s.",
            outcome.changed,
        )
        told = {"count": outcome.changed, "time": format_duration(chosen.minutes)}
        back = undoing.undo_status(request, outcome.before, to=Status.SUBMITTED)
        toast(request, text % told, undo=back)


def _to_week(request: MemberRequest, subject: Membership, monday: datetime.date) -> HttpResponse:
    query = query_of_week(monday, subject if subject.pk != request.membership.pk else None)
    url = f"{reverse('registrations:hours-week')}?{query}"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
