"""Finance → Reports: work in progress as at a day."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.choices import chosen_id
from lib.paging import page_of
from lib.spreadsheets import sheet_response

from ..reports.query import AsAtForm
from ..reports.work_in_progress import (
    KINDS,
    WorkAt,
    items_of,
    keys_of,
    total_of,
    work_at,
    work_sheet,
)
from .reports import report_context


@require_safe
@invoicer_required
def report_work(request: MemberRequest) -> HttpResponse:
    """Show unbilled work per customer at the end of a day; a page has customers."""
    form = _form(request)
    at = _at(request, form)
    rows = work_at(at)
    context = {
        "form": form,
        "day": form.day,
        "is_today": form.day == form.today,
        "kinds": list(KINDS.values()),
        "page": page_of(request, rows, default_size=50),
        "total": total_of(rows),
        "undated": at.undated(),
        **report_context(request),
    }
    return render(request, "billing/reports/work.html", context)


@require_safe
@invoicer_required
def report_work_rows(request: MemberRequest) -> HttpResponse:
    """Show the registrations and agreed amounts behind a figure, of one customer or of all."""
    form = _form(request)
    at = _at(request, form)
    chosen = request.GET.get("customer", "")
    customer = request.organisation.customers.filter(pk=chosen_id(chosen)).first()
    pk = (customer.pk if customer else 0) if chosen else None
    page = page_of(request, keys_of(at, pk), default_size=50)
    rows = [row for row in work_at(at) if pk in {None, row.customer_id}]
    context = {
        "form": form,
        "day": form.day,
        "customer": customer,
        "page": page,
        "items": items_of(at, page),
        "total": total_of(rows).total,
        **report_context(request),
    }
    return render(request, "billing/reports/work_rows.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_work_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export the work per customer as CSV, or as XLSX with `file=xlsx`."""
    sheet = work_sheet(_at(request, _form(request)))
    return sheet_response(sheet, kind=request.GET.get("file", ""))


def _form(request: MemberRequest) -> AsAtForm:
    return AsAtForm(request.GET, today=timezone.localdate())


def _at(request: MemberRequest, form: AsAtForm) -> WorkAt:
    return WorkAt(request.organisation, form.day, form.today)
