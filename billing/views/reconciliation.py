"""Finance → Bookings → Daily check: differences between our bookings and e-Boekhouden."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from integrations.models import Connection
from lib.clock import database_now
from lib.paging import page_of

from ..forms.reconciliation import CheckForm, DifferenceFilter, ReviewForm
from ..models import Difference
from ..reconciliation import runs
from ..reconciliation.presenters import describe_difference
from ..reconciliation.reviewing import mark_seen
from ..reconciliation.side_by_side import columns, fact_rows

RUNS_SHOWN = 10


@require_safe
@invoicer_required
def check(request: MemberRequest) -> HttpResponse:
    """Show the last check and the differences; the page refreshes while a check runs."""
    since, until = runs.default_period(timezone.localdate())
    form = CheckForm(initial={"since": since, "until": until})
    return _page(request, form, status=200)


def _page(request: MemberRequest, form: CheckForm, *, status: int) -> HttpResponse:
    differences = _findings(request)
    narrowed = DifferenceFilter(request.GET, queryset=differences)
    page = page_of(request, narrowed.qs)
    last_runs = list(
        request.organisation.reconciliation_runs.select_related("started_by")[:RUNS_SHOWN]
    )
    context: dict[str, Any] = {
        "form": form,
        "why_not": _why_not(request),
        "run": last_runs[0] if last_runs else None,
        "runs": last_runs,
        "filter": narrowed.form,
        "is_narrowed": any(request.GET.get(name) for name in ("q", "kind", "show")),
        "page": page,
        "rows": [describe_difference(difference) for difference in page],
        "nightly_days": runs.NIGHTLY_DAYS,
    }
    return render(request, "billing/reconciliation/reconciliation.html", context, status=status)


def _why_not(request: MemberRequest) -> str:
    """Return why no check can be started; the banner of the page shows a pause."""
    try:
        runs.check_usable(Connection.objects.filter(organisation=request.organisation).first())
    except runs.CannotCheck as reason:
        return str(reason)
    return ""


@require_POST
@invoicer_required
def check_start(request: MemberRequest) -> HttpResponse:
    """Start a check of the chosen period, and redirect to the page that shows it."""
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    period = form.cleaned_data
    try:
        runs.start_check(
            request.organisation,
            since=period["since"],
            until=period["until"],
            by=request.user,
            now=database_now(),
        )
    except runs.CannotCheck as reason:
        messages.error(request, str(reason))
    return redirect("billing:reconciliation")


@require_safe
@invoicer_required
def difference_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a difference: both sides, its meaning, the next steps, and the review."""
    difference = get_object_or_404(_findings(request), pk=pk)
    return _detail(request, difference, ReviewForm(initial={"note": difference.note}), status=200)


def _detail(
    request: MemberRequest, difference: Difference, form: ReviewForm, *, status: int
) -> HttpResponse:
    booking = difference.booking
    context = {
        "difference": difference,
        "summary": describe_difference(difference),
        "columns": columns(difference),
        "facts": fact_rows(difference),
        "invoice": (booking.invoice if booking else None) or difference.invoice,
        "form": form,
    }
    return render(request, "billing/reconciliation/difference_detail.html", context, status=status)


@require_POST
@invoicer_required
def difference_reviewed(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark a difference as reviewed."""
    difference = get_object_or_404(_findings(request), pk=pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _detail(request, difference, form, status=422)
    note = form.cleaned_data["note"]
    if mark_seen(difference, note=note, by=request.user, now=timezone.now()):
        messages.success(
            request,
            _("Note saved. The difference stays in the list until it is resolved in e-Boekhouden."),
        )
    else:
        messages.warning(
            request, _("The difference is already resolved. You need not do anything.")
        )
    return redirect("billing:reconciliation")


def _findings(request: MemberRequest) -> QuerySet[Difference]:
    return Difference.objects.filter(organisation=request.organisation).select_related(
        "booking__customer", "booking__invoice", "invoice__customer", "reviewed_by"
    )
