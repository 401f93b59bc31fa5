"""Settings → Reminders: the percentages of statutory interest."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from lib.formats import day as shown_day
from lib.understanding import is_typing

from ..forms.reminders import InterestRatesForm
from ..models import InterestKind
from ..reminders.interest import percentage_on
from ..reminders.interest_rates import (
    Percentages,
    half_year_of,
    percentages_of,
    rate_rows,
    to_be_checked,
)
from ..reminders.settings import forget_percentages, set_percentages


def interest_context(request: MemberRequest) -> dict[str, Any]:
    """Return what the settings page shows of the percentages."""
    own = request.organisation.interest_rates.all()
    today = timezone.localdate()
    kinds = to_be_checked(percentages_of(request.organisation.pk), today)
    return {
        "interest_rates": rate_rows(own),
        "unchecked": [InterestKind(kind).label for kind in kinds],
        "half_year": half_year_of(today),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def interest_rates_add(request: MemberRequest) -> HttpResponse:
    """Enter the percentages of a half-year; the form starts with those that hold now."""
    today = timezone.localdate()
    known = percentages_of(request.organisation.pk)
    return _edit(request, known, half_year_of(today), is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def interest_rates_edit(request: MemberRequest, day: str) -> HttpResponse:
    """Change the percentages from a day on."""
    known = percentages_of(request.organisation.pk)
    return _edit(request, known, _day_of(day), is_new=False)


def _day_of(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _edit(
    request: MemberRequest, known: Percentages, day: datetime.date, *, is_new: bool
) -> HttpResponse:
    if any(values[0].day > day for values in known.values()):
        raise Http404
    initial = {"starts_on": day} | {
        kind: percentage_on(values, day) for kind, values in known.items()
    }
    form = InterestRatesForm(request.POST or None, known=known, initial=initial)
    if is_typing(request):
        return render(request, "ui/understood.html", {"forms": [form]})
    if request.method == "POST" and form.is_valid():
        starts_on = form.cleaned_data["starts_on"]
        set_percentages(request.organisation, starts_on, form.percentages())
        text = _("The percentages of statutory interest from %(day)s have been saved.")
        messages.success(request, text % {"day": shown_day(starts_on)})
        return redirect("billing:reminder-settings")
    context = {"form": form, "is_new": is_new}
    status = 422 if form.errors else 200
    return render(request, "billing/settings/interest_rates.html", context, status=status)


@require_POST
@administrator_required
def interest_rates_delete(request: MemberRequest, day: str) -> HttpResponse:
    """Forget what was entered for a day; published percentages count again."""
    starts_on = _day_of(day)
    if not forget_percentages(request.organisation, starts_on):
        raise Http404
    text = _("The percentages that you entered for %(day)s have been deleted.")
    messages.success(request, text % {"day": shown_day(starts_on)})
    return redirect("billing:reminder-settings")
