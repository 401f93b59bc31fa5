"""Finance → Reports: the VAT return in boxes, marking it as filed, and what changed after that."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import invoicer_required
from accounts.closed_periods import close_until
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.choices import chosen_id
from lib.paging import page_of
from lib.spreadsheets import sheet_response
from vat.boxes import WITH_VAT, Box

from ..forms.filing import FilingForm
from ..models import FiledReturn
from ..reports.filed_changes import (
    LIMIT,
    WEEKS,
    changes_of,
    is_gone,
    needs_supplementary,
    vat_changed_in,
)
from ..reports.filing import (
    CannotFile,
    file_return,
    fingerprint,
    latest_of,
    next_unfiled,
    why_not_fileable,
    withdraw,
)
from ..reports.query import ReturnForm
from ..reports.vat_overview import Amounts
from ..reports.vat_return import VatReturn, invoices_in, return_sheet, vat_return
from .reports import invoices_with, report_context


@require_safe
@invoicer_required
def report_return(request: MemberRequest) -> HttpResponse:
    """Show the boxes of a period, whether it was filed, and what changed after that."""
    form, today = _form(request), timezone.localdate()
    found = vat_return(request.organisation, form.days)
    filed = latest_of(request.organisation, form.days)
    target = next_unfiled(request.organisation, form.days) if filed else None
    returns = request.organisation.filed_returns.select_related("filed_by", "withdrawn_by")
    context = {
        **_common(request, form),
        "found": found,
        "filed": filed,
        **(_changed(filed, found) if filed else {}),
        "why_not": why_not_fileable(request.organisation, form.days, today=today),
        "filing": FilingForm(
            is_correction=filed is not None,
            may_close=request.membership.is_administrator,
            shown=fingerprint(found.parts),
            counts_in=target.first if target else None,
        ),
        "target": target,
        "page": page_of(request, returns),
    }
    return render(request, "billing/reports/return.html", context)


@require_safe
@invoicer_required
def report_return_invoices(request: MemberRequest) -> HttpResponse:
    """Show the invoices of a box, each with what it has in that box."""
    form, key = _form(request), request.GET.get("key", "")
    box = Box(key) if key in Box else None
    amounts = invoices_in(request.organisation, form.days, box) if box else {}
    page, rows = invoices_with(request, amounts)
    context = {
        **_common(request, form),
        "box": box,
        "has_vat": box in WITH_VAT,
        "page": page,
        "rows": rows,
        "sum": sum(amounts.values(), Amounts()),
    }
    return render(request, "billing/reports/return_invoices.html", context)


@require_safe
@invoicer_required
def report_return_changes(request: MemberRequest) -> HttpResponse:
    """Show the invoices that changed after the return of the period was filed."""
    form = _form(request)
    filed = latest_of(request.organisation, form.days)
    now = vat_return(request.organisation, form.days)
    amounts = dict(changes_of(filed, now).invoices) if filed else {}
    page, rows = invoices_with(request, amounts)
    context = {
        **_common(request, form),
        "filed": filed,
        "page": page,
        "rows": [(invoice, one, is_gone(invoice)) for invoice, one in rows],
        "sum": sum(amounts.values(), Amounts()),
    }
    return render(request, "billing/reports/return_changes.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_return_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export the boxes as CSV, or as XLSX with `file=xlsx`."""
    sheet = return_sheet(request.organisation, _form(request).days)
    return sheet_response(sheet, kind=request.GET.get("file", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
@limited("exports")
def report_return_file(request: MemberRequest) -> HttpResponse:
    """Mark the return of the period as filed; an administrator may close the books as well."""
    form = _form(request)
    address = _address(request)
    if request.method != "POST" or not form.is_valid():
        return redirect(address)
    organisation, period = request.organisation, form.days
    filing = FilingForm(
        request.POST,
        is_correction=latest_of(organisation, period) is not None,
        may_close=request.membership.is_administrator,
    )
    if not filing.is_valid():
        messages.error(request, _("Choose how the amounts were filed."))
        return redirect(address)
    try:
        # A return is not filed without closing the books, if that was asked with it.
        with transaction.atomic():
            filed = file_return(
                organisation,
                period,
                kind=filing.cleaned_data["kind"],
                shown=filing.cleaned_data["shown"],
                by=request.user,
                now=timezone.now(),
                today=timezone.localdate(),
                counts_in=filing.cleaned_data.get("counts_in"),
            )
            if filing.cleaned_data.get("close"):
                close_until(organisation.pk, filed.last)
    except CannotFile as refusal:
        messages.error(request, str(refusal))
        return redirect(address)
    messages.success(request, _("The return of %(period)s is marked as filed.") % {"period": filed})
    return redirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def report_return_withdraw(request: MemberRequest) -> HttpResponse:
    """Withdraw a mark that was made by mistake."""
    pk = chosen_id(request.POST.get("filed", ""))
    filed = request.organisation.filed_returns.filter(pk=pk).first() if pk else None
    try:
        is_done = request.method == "POST" and filed and _withdrawn(request, filed)
    except CannotFile as refusal:
        messages.error(request, str(refusal))
    else:
        if is_done:
            text = _("The return of %(period)s is no longer marked as filed.")
            messages.success(request, text % {"period": filed})
    return redirect(_address(request))


def _withdrawn(request: MemberRequest, filed: FiledReturn) -> bool:
    return withdraw(filed, by=request.user, now=timezone.now())


def _form(request: MemberRequest) -> ReturnForm:
    return ReturnForm(request.GET, today=timezone.localdate())


def _common(request: MemberRequest, form: ReturnForm) -> dict[str, Any]:
    return {"form": form, "period": form.days, **report_context(request)}


def _address(request: MemberRequest) -> str:
    """Return the address of the report for the same period."""
    return f"{reverse('billing:report-return')}?{request.GET.urlencode()}"


def _changed(filed: FiledReturn, now: VatReturn) -> dict[str, Any]:
    """Return what changed after filing, and whether the year needs a supplementary return."""
    year = filed.last.year
    vat = vat_changed_in(filed.organisation, year)
    return {
        "changes": changes_of(filed, now),
        "year": year,
        "year_vat": vat,
        "needs_supplementary": needs_supplementary(vat),
        "limit": LIMIT,
        "weeks": WEEKS,
    }
