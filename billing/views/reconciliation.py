"""Finance → Bookings → Daily check: what differs between what we booked and what stands there."""

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
from lib.paging import page_of

from ..forms.reconciliation import CheckForm, FindingFilter, SeenForm
from ..models import CheckFinding
from ..reconciliation import runs
from ..reconciliation.presenters import tell_finding
from ..reconciliation.reviewing import mark_seen
from ..reconciliation.side_by_side import columns, fact_rows

RUNS_SHOWN = 10


@require_safe
@invoicer_required
def check(request: MemberRequest) -> HttpResponse:
    """The last check, what it compared, and what differs; asks again while one runs."""
    since, until = runs.usual_period(timezone.localdate())
    form = CheckForm(initial={"since": since, "until": until})
    return _page(request, form, status=200)


def _page(request: MemberRequest, form: CheckForm, *, status: int) -> HttpResponse:
    findings = _findings(request)
    narrowed = FindingFilter(request.GET, queryset=findings)
    page = page_of(request, narrowed.qs)
    last_runs = list(request.organisation.check_runs.select_related("started_by")[:RUNS_SHOWN])
    context: dict[str, Any] = {
        "form": form,
        "why_not": _why_not(request),
        "run": last_runs[0] if last_runs else None,
        "runs": last_runs,
        "filter": narrowed.form,
        "is_narrowed": any(request.GET.get(name) for name in ("q", "kind", "show")),
        "page": page,
        "rows": [tell_finding(finding) for finding in page],
    }
    return render(request, "billing/reconciliation/reconciliation.html", context, status=status)


def _why_not(request: MemberRequest) -> str:
    """Why no check can be started; the banner of the page tells of a pause."""
    try:
        runs.check_usable(Connection.objects.filter(organisation=request.organisation).first())
    except runs.CannotCheck as reason:
        return str(reason)
    return ""


@require_POST
@invoicer_required
def check_start(request: MemberRequest) -> HttpResponse:
    """Starts a check of the chosen period, and goes back to the page, which shows it."""
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
            now=timezone.now(),
        )
    except runs.CannotCheck as reason:
        messages.error(request, str(reason))
    return redirect("billing:check")


@require_safe
@invoicer_required
def finding_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One difference: both sides, what it means, the way on, and who saw it."""
    finding = get_object_or_404(_findings(request), pk=pk)
    return _detail(request, finding, SeenForm(initial={"note": finding.note}), status=200)


def _detail(
    request: MemberRequest, finding: CheckFinding, form: SeenForm, *, status: int
) -> HttpResponse:
    booking = finding.booking
    context = {
        "finding": finding,
        "told": tell_finding(finding),
        "columns": columns(finding),
        "facts": fact_rows(finding),
        "invoice": (booking.invoice if booking else None) or finding.invoice,
        "form": form,
    }
    return render(request, "billing/reconciliation/finding_detail.html", context, status=status)


@require_POST
@invoicer_required
def finding_seen(request: MemberRequest, pk: int) -> HttpResponse:
    """Somebody saw it: it no longer asks for attention."""
    finding = get_object_or_404(_findings(request), pk=pk)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return _detail(request, finding, form, status=422)
    note = form.cleaned_data["note"]
    if mark_seen(finding, note=note, by=request.user, now=timezone.now()):
        messages.success(request, _("Noted. It stays in the list until it is gone there."))
    else:
        messages.warning(request, _("Meanwhile it is gone: nothing needs to be done."))
    return redirect("billing:check")


def _findings(request: MemberRequest) -> QuerySet[CheckFinding]:
    return CheckFinding.objects.filter(organisation=request.organisation).select_related(
        "booking__customer", "booking__invoice", "invoice__customer", "seen_by"
    )
