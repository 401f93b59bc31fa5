"""The first page: the next steps, and current figures."""

import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import member_required
from accounts.models import Organisation
from accounts.requests import MemberRequest
from registrations.register.home import home_of

from ..bookings.presenters import describe_booking
from ..models import Booking
from ..reports.outstanding import open_now
from ..unbilled import UnbilledFilter, has_work, summarise
from .onboarding import checklist


@require_safe
@member_required
def dashboard(request: MemberRequest) -> HttpResponse:
    """The own week, the checklist until it is complete, and amounts for who may invoice."""
    today, now = timezone.localdate(), timezone.now()
    own = home_of(request.membership, today=today, now=now)
    context: dict[str, Any] = {
        "today": today,
        "home": own,
        "is_short": request.membership.is_manager or request.membership.is_invoicer,
        "checklist": checklist(request.membership),
    }
    if own.timer:
        # The card of the timer stands in for the one in the bar.
        context |= {"running_timer": None, "timer_start_url": ""}
        context["running_seconds"] = int((now - own.timer.started_at).total_seconds())
    if request.membership.is_invoicer:
        context |= _money(request.organisation, today)
    return render(request, "billing/dashboard.html", context)


def waiting_money(organisation: Organisation, *, today: datetime.date) -> dict[str, Any]:
    """Return what waits to be billed and to be paid, for the tiles of Home and Agency."""
    unbilled = summarise(organisation, organisation.projects.all(), UnbilledFilter(until=today))
    return {"outstanding": open_now(organisation, today=today), "unbilled": unbilled}


def _money(organisation: Organisation, today: datetime.date) -> dict[str, Any]:
    attention = Booking.objects.filter(organisation=organisation).needs_attention()
    waiting = waiting_money(organisation, today=today)
    return {
        **waiting,
        "unbilled_customers": waiting["unbilled"].largest(organisation, 5),
        # Called by the page if there is nothing to bill.
        "has_work": partial(has_work, organisation),
        "attention": [
            describe_booking(booking, now=timezone.now()) for booking in attention.for_display()[:5]
        ],
        "latest_invoices": organisation.invoices.select_related("customer")[:6],
    }
