"""Finance → Unbilled: billable work, work that is left out, and work that was written off."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.paging import page_of
from lib.spreadsheets import sheet_response
from projects.models import Project

from ..forms.unbilled import UnbilledForm
from ..unbilled import (
    UnbilledFilter,
    has_work,
    summarise,
    unbilled_of,
)
from ..unbilled.exporting import unbilled_sheet
from ..unbilled.presenters import describe_skipped
from ..unbilled.skipped import has_skipped, projects_with_skipped, skipped_of
from ..unbilled.written_off import has_written_off, projects_written_off, written_off_of


@dataclass(frozen=True)
class UnbilledRequest:
    """The query of the URL: the filter, its days, and the matching projects."""

    form: UnbilledForm
    unbilled_filter: UnbilledFilter
    projects: QuerySet[Project]

    def context(self, request: MemberRequest) -> dict[str, Any]:
        """Return the context that the three pages share; the chips count projects."""
        query = request.GET.copy()
        query.pop("page", None)
        name = request.resolver_match.url_name if request.resolver_match else ""
        among = request.organisation, self.unbilled_filter
        counts = self.projects.aggregate(
            skipped=Count("pk", filter=has_skipped(*among)),
            written_off=Count("pk", filter=has_written_off(*among)),
        )
        return {
            "is_billable": name == "unbilled",
            "is_skipped": name == "unbilled-skipped",
            "is_written_off": name == "unbilled-written-off",
            "form": self.form,
            "unbilled_filter": self.unbilled_filter,
            "query": query.urlencode(),
            "skipped_count": counts["skipped"],
            "written_off_count": counts["written_off"],
            "is_narrowed": bool(set(request.GET) - {"size", "page"}),
        }


@require_safe
@invoicer_required
def unbilled_list(request: MemberRequest) -> HttpResponse:
    """List billable work, by customer and project; pages are of customers."""
    asked = _unbilled_request(request)
    summary = summarise(request.organisation, asked.projects, asked.unbilled_filter)
    page = page_of(request, summary.customer_ids(request.organisation))
    customers = request.organisation.customers.in_bulk(list(page))
    projects = asked.projects.filter(pk__in=summary.projects_of(customers))
    context = {
        **asked.context(request),
        "page": page,
        "has_work": partial(has_work, request.organisation),
        "customers": unbilled_of([customers[pk] for pk in page], projects, asked.unbilled_filter),
        "customer_count": page.paginator.count,
        "totals": summary,
    }
    return render(request, "billing/unbilled/unbilled.html", context)


@require_safe
@invoicer_required
def unbilled_skipped(request: MemberRequest) -> HttpResponse:
    """List work that is left out, with a link to fix it; pages are of projects."""
    unbilled_request = _unbilled_request(request)
    projects = projects_with_skipped(
        request.organisation, unbilled_request.projects, unbilled_request.unbilled_filter
    ).select_related("customer")
    page = page_of(request, projects)
    rows = skipped_of(list(page), unbilled_request.unbilled_filter)
    reasons = [
        (row, describe_skipped(row, unbilled_request.unbilled_filter, by=request.membership))
        for row in rows
    ]
    context = {**unbilled_request.context(request), "page": page, "reasons": reasons}
    return render(request, "billing/unbilled/skipped.html", context)


@require_safe
@invoicer_required
def unbilled_written_off(request: MemberRequest) -> HttpResponse:
    """List work that was written off, with user and reason; pages are of projects."""
    unbilled_request = _unbilled_request(request)
    projects = projects_written_off(
        request.organisation, unbilled_request.projects, unbilled_request.unbilled_filter
    ).select_related("customer")
    page = page_of(request, projects)
    rows = written_off_of(list(page), unbilled_request.unbilled_filter)
    context = {**unbilled_request.context(request), "page": page, "rows": rows}
    return render(request, "billing/unbilled/written_off.html", context)


@require_safe
@invoicer_required
@limited("exports")
def unbilled_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export billable work as CSV, or as XLSX with `file=xlsx`."""
    asked = _unbilled_request(request)
    sheet = unbilled_sheet(request.organisation, asked.projects, asked.unbilled_filter)
    return sheet_response(sheet, kind=request.GET.get("file", ""))


def _unbilled_request(request: MemberRequest) -> UnbilledRequest:
    today = timezone.localdate()
    form = UnbilledForm(request.GET, organisation=request.organisation, today=today)
    return UnbilledRequest(form, form.unbilled_filter(), form.projects())
