"""Finance → Unbilled: what can be billed, what is left out, and what was written off."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from lib.paging import page_of
from lib.spreadsheets import sheet_answer
from projects.models import Project

from ..forms.unbilled import UnbilledForm
from ..unbilled import (
    Wish,
    billable_projects,
    customers_with_something,
    totals,
    unbilled_of,
)
from ..unbilled.exporting import unbilled_sheet
from ..unbilled.fixes import mended_at
from ..unbilled.skipped import left_out_of, projects_left_out
from ..unbilled.written_off import projects_written_off, written_off_of


@dataclass(frozen=True)
class Asked:
    """What the address asks for: the filter, its days, and the projects that fit it."""

    form: UnbilledForm
    wish: Wish
    projects: QuerySet[Project]

    def context(self, request: MemberRequest) -> dict[str, Any]:
        """What the three pages have in common; the chips count projects."""
        query = request.GET.copy()
        query.pop("page", None)
        name = request.resolver_match.url_name if request.resolver_match else ""
        return {
            "is_billable": name == "unbilled",
            "is_left_out": name == "unbilled-left-out",
            "is_written_off": name == "unbilled-written-off",
            "form": self.form,
            "wish": self.wish,
            "query": query.urlencode(),
            "left_out_count": projects_left_out(self.projects, self.wish).count(),
            "written_off_count": projects_written_off(self.projects, self.wish).count(),
            "is_narrowed": bool(set(request.GET) - {"size", "page"}),
        }


@require_GET
@invoicer_required
def unbilled_list(request: MemberRequest) -> HttpResponse:
    """What can be billed, by customer and project; pages are of customers."""
    asked = _asked(request)
    projects = billable_projects(asked.projects, asked.wish)
    page = page_of(request, customers_with_something(request.organisation, projects))
    context = {
        **asked.context(request),
        "page": page,
        "customers": unbilled_of(list(page), projects, asked.wish),
        "customer_count": page.paginator.count,
        "totals": totals(projects, asked.wish),
        "selection_done": request.session.pop("selection_done", False),
    }
    return render(request, "billing/unbilled/unbilled.html", context)


@require_GET
@invoicer_required
def unbilled_left_out(request: MemberRequest) -> HttpResponse:
    """What is left out and why, with the way to mend it; pages are of projects."""
    asked = _asked(request)
    projects = projects_left_out(asked.projects, asked.wish).select_related("customer")
    page = page_of(request, projects)
    rows = left_out_of(list(page), asked.wish)
    reasons = [(row, mended_at(row, asked.wish, by=request.membership)) for row in rows]
    context = {**asked.context(request), "page": page, "reasons": reasons}
    return render(request, "billing/unbilled/skipped.html", context)


@require_GET
@invoicer_required
def unbilled_written_off(request: MemberRequest) -> HttpResponse:
    """What was written off, by whom and why; pages are of projects."""
    asked = _asked(request)
    projects = projects_written_off(asked.projects, asked.wish).select_related("customer")
    page = page_of(request, projects)
    rows = written_off_of(list(page), asked.wish)
    context = {**asked.context(request), "page": page, "rows": rows}
    return render(request, "billing/unbilled/written_off.html", context)


@require_GET
@invoicer_required
def unbilled_export(request: MemberRequest) -> StreamingHttpResponse:
    """What can be billed as CSV, or as XLSX with `file=xlsx`."""
    asked = _asked(request)
    projects = billable_projects(asked.projects, asked.wish)
    sheet = unbilled_sheet(request.organisation, projects, asked.wish)
    return sheet_answer(sheet, kind=request.GET.get("file", ""))


def _asked(request: MemberRequest) -> Asked:
    today = timezone.localdate()
    form = UnbilledForm(request.GET, organisation=request.organisation, today=today)
    return Asked(form, form.wish(), form.projects())
