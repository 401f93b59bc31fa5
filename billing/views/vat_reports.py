"""Finance → Reports: VAT and supplies within the EU."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from integrations.models import Connection
from lib.choices import chosen_id
from lib.money import ZERO
from lib.paging import page_of
from lib.spreadsheets import sheet_response

from ..invoices.badges import rows_of, with_bookings
from ..reports.icp import icp, icp_invoices, icp_sheet
from ..reports.query import PeriodForm
from ..reports.vat_overview import invoices_at, vat_overview, vat_sheet
from .reports import invoices_with, report_context


def _period_form(request: MemberRequest) -> PeriodForm:
    return PeriodForm(request.GET, today=timezone.localdate())


def _common(request: MemberRequest, form: PeriodForm) -> dict[str, Any]:
    return {"form": form, "period": form.days, **report_context(request)}


@require_safe
@invoicer_required
def report_vat(request: MemberRequest) -> HttpResponse:
    """Show VAT per rate compared with e-Boekhouden, and invoices that differ or are not booked.

    A page has invoices: those that differ come first.
    """
    form = _period_form(request)
    overview = vat_overview(request.organisation, form.days)
    page = page_of(request, [*overview.differing, *overview.not_booked])
    invoices = request.organisation.invoices.select_related("customer")
    shown = with_bookings(invoices.filter(pk__in=list(page)).order_by("date", "pk"))
    rows, differing = rows_of(shown, today=timezone.localdate()), set(overview.differing)
    context = {
        **_common(request, form),
        "overview": overview,
        "is_connected": Connection.objects.filter(organisation=request.organisation).exists(),
        "page": page,
        "not_booked": [row for row in rows if row.invoice.pk not in differing],
        "differing": [row for row in rows if row.invoice.pk in differing],
    }
    return render(request, "billing/reports/vat.html", context)


@require_safe
@invoicer_required
def report_vat_invoices(request: MemberRequest) -> HttpResponse:
    """Show the invoices with a rate, each with its net amount at that rate."""
    form, address = _period_form(request), request.GET.get("key", "")
    nets = invoices_at(request.organisation, form.days, address)
    page, rows = invoices_with(request, nets)
    context = {
        **_common(request, form),
        "label": address.rpartition(":")[2],
        "page": page,
        "rows": rows,
        "net": sum(nets.values(), ZERO),
    }
    return render(request, "billing/reports/vat_invoices.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_vat_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export the VAT report as CSV, or as XLSX with `file=xlsx`."""
    sheet = vat_sheet(request.organisation, _period_form(request).days)
    return sheet_response(sheet, kind=request.GET.get("file", ""))


@require_safe
@invoicer_required
def report_icp(request: MemberRequest) -> HttpResponse:
    """Show supplies within the EU per VAT number, goods and services apart."""
    form = _period_form(request)
    rows = icp(request.organisation, form.days)
    context = {
        **_common(request, form),
        "rows": rows,
        "page": page_of(request, rows, default_size=50),
        "goods": sum((row.goods for row in rows), ZERO),
        "services": sum((row.services for row in rows), ZERO),
        "total": sum((row.total for row in rows), ZERO),
        "without_number": sum(not row.vat_number for row in rows),
    }
    return render(request, "billing/reports/icp.html", context)


@require_safe
@invoicer_required
def report_icp_invoices(request: MemberRequest) -> HttpResponse:
    """Show the invoices of one VAT number, or of one customer without a number."""
    form = _period_form(request)
    vat_number = request.GET.get("key", "")
    nets = icp_invoices(
        request.organisation,
        form.days,
        vat_number=vat_number,
        customer_id=chosen_id(request.GET.get("customer", "")),
    )
    page, rows = invoices_with(request, nets)
    context = {
        **_common(request, form),
        "label": vat_number,
        "page": page,
        "rows": rows,
        "net": sum(nets.values(), ZERO),
    }
    return render(request, "billing/reports/icp_invoices.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_icp_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export the list as CSV, or as XLSX with `file=xlsx`."""
    sheet = icp_sheet(request.organisation, _period_form(request).days)
    return sheet_response(sheet, kind=request.GET.get("file", ""))
