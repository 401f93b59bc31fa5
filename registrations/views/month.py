"""Register → Hours → Month: a calendar with totals per day and what is missing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import member_required
from accounts.requests import MemberRequest

from ..register.month import month_of
from ..register.register_pages import HOURS
from ..rights import sees_all_of
from .register import choose_day_box, day_of, subject_of

# More missing days than this are counted and not named.
NAMED = 8


@require_safe
@member_required
def month(request: MemberRequest) -> HttpResponse:
    """Show a month of oneself, or of whom a manager chose."""
    subject, day, today = subject_of(request), day_of(request), timezone.localdate()
    shown = month_of(subject, day, by=request.membership, today=today)
    context = {
        "register": HOURS,
        "month": shown,
        "day": day,
        "day_box": choose_day_box(day),
        "today": today,
        "named": shown.missing[:NAMED],
        "unnamed": len(shown.missing[NAMED:]),
        "is_this_month": (day.year, day.month) == (today.year, today.month),
        "subject": subject,
        "is_for_another": subject.pk != request.membership.pk,
        "is_partial": not sees_all_of(request.membership, subject),
    }
    return render(request, "registrations/month.html", context)
