"""The first page: the next steps, and current figures."""

import datetime
from functools import partial
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import member_required
from accounts.models import Organisation
from accounts.requests import MemberRequest

from ..bookings.presenters import describe_booking
from ..models import Booking
from ..reports.outstanding import open_now
from ..unbilled import UnbilledFilter, has_work, summarise
from .onboarding import checklist


@require_safe
@member_required
def dashboard(request: MemberRequest) -> HttpResponse:
    """The checklist until it is complete, own hours, and amounts for members who may invoice."""
    today = timezone.localdate()
    context: dict[str, Any] = {
        "today": today,
        "checklist": checklist(request.membership),
        "own_minutes": _own_minutes(request, today),
    }
    if request.membership.is_invoicer:
        context |= _money(request.organisation, today)
    return render(request, "billing/dashboard.html", context)


def _own_minutes(request: MemberRequest, today: datetime.date) -> int:
    """Return the minutes that this person registered this week, from Monday."""
    monday = today - datetime.timedelta(days=today.weekday())
    mine = request.organisation.time_entries.filter(
        membership=request.membership, date__gte=monday, date__lte=today
    )
    return mine.aggregate(minutes=Sum("minutes"))["minutes"] or 0


def _money(organisation: Organisation, today: datetime.date) -> dict[str, Any]:
    unbilled = summarise(organisation, organisation.projects.all(), UnbilledFilter(until=today))
    attention = Booking.objects.filter(organisation=organisation).needs_attention()
    return {
        "outstanding": open_now(organisation, today=today),
        "unbilled_total": unbilled.total,
        "unbilled_customers": unbilled.largest(organisation, 5),
        "unbilled_count": len(unbilled.by_customer),
        # Called by the page if there is nothing to bill.
        "has_work": partial(has_work, organisation),
        "attention": [
            describe_booking(booking, now=timezone.now()) for booking in attention.for_display()[:5]
        ],
        "latest_invoices": organisation.invoices.select_related("customer")[:6],
    }
