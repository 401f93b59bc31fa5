"""Finance → Reports."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from customers.models import Customer
from integrations.models import Connection
from lib.choices import chosen_id
from lib.paging import page_of
from lib.spreadsheets import sheet_answer

from ..models import Invoice
from ..reports import outstanding
from ..reports.chart import chart
from ..reports.query import TurnoverForm, year_before
from ..reports.turnover import (
    ReportQuery,
    invoices_behind,
    label_of,
    turnover,
    turnover_sheet,
)

REPORTS = ("turnover", "outstanding", "vat", "icp")
# In a chart: months, and others.
MOST_BARS = {True: 36, False: 12}


@require_safe
@invoicer_required
def report_list(request: MemberRequest) -> HttpResponse:
    """The first of the reports."""
    return redirect("billing:report-turnover")


# --- Turnover -------------------------------------------------------------------------------------


@require_safe
@invoicer_required
def report_turnover(request: MemberRequest) -> HttpResponse:
    """Turnover by month, customer, project or employee, next to the year before."""
    form, query = _turnover(request)
    found = turnover(query)
    bars = [(row.short, row.net, row.before) for row in found.rows]
    context = {
        "form": form,
        **report_context(request),
        "query": query,
        "before": year_before(query.period),
        "found": found,
        "page": page_of(request, found.rows, default_size=50),
        "chart": chart(bars[: MOST_BARS[query.by == "month"]]),
    }
    return render(request, "billing/reports/turnover.html", context)


@require_safe
@invoicer_required
def report_turnover_invoices(request: MemberRequest) -> HttpResponse:
    """The invoices behind one figure, each with its part; without a key behind all of them."""
    form, query = _turnover(request)
    address = request.GET.get("key", "")
    parts = invoices_behind(query, address)
    page, rows = invoices_with(request, parts)
    context = {
        "form": form,
        **report_context(request),
        "query": query,
        "label": label_of(query, address),
        "page": page,
        "rows": rows,
        "net": sum(parts.values()),
    }
    return render(request, "billing/reports/turnover_invoices.html", context)


@require_safe
@invoicer_required
def report_turnover_export(request: MemberRequest) -> StreamingHttpResponse:
    """Turnover as CSV, or as XLSX with `file=xlsx`."""
    _form, query = _turnover(request)
    return sheet_answer(turnover_sheet(query), kind=request.GET.get("file", ""))


def _turnover(request: MemberRequest) -> tuple[TurnoverForm, ReportQuery]:
    today = timezone.localdate()
    form = TurnoverForm(request.GET, organisation=request.organisation, today=today)
    chosen = form.cleaned_data if form.is_valid() else {}
    by, customers = chosen.get("by", "month"), tuple(chosen.get("customer", ()))
    return form, ReportQuery(request.organisation, form.days, str(by), customers)


# --- Outstanding ----------------------------------------------------------------------------------


@require_safe
@invoicer_required
def report_outstanding(request: MemberRequest) -> HttpResponse:
    """What is still to be paid, per customer and by age; pages are of customers."""
    today, order = timezone.localdate(), request.GET.get("order", "")
    groups = outstanding.per_customer(request.organisation, today=today, order=order)
    page = page_of(request, groups, default_size=50)
    context = {
        "page": page,
        "rows": outstanding.rows_of(page),
        "total": outstanding.total_of(request.organisation, today=today),
        "ages": outstanding.AGES,
        "today": today,
        "payments": Connection.objects.filter(organisation=request.organisation).first(),
        **report_context(request),
    }
    return render(request, "billing/reports/outstanding.html", context)


@require_safe
@invoicer_required
def report_outstanding_invoices(request: MemberRequest) -> HttpResponse:
    """The invoices that are open: of a customer and an age, or of all."""
    today, customers = timezone.localdate(), _customers(request)
    age = next((age for age in outstanding.AGES if age.key == request.GET.get("age")), None)
    amounts = outstanding.open_amounts(
        request.organisation, today=today, customers=customers, age=age
    )
    page, rows = invoices_with(request, amounts)
    context = {
        "customer": customers.first() if customers is not None else None,
        "age": age,
        "page": page,
        "rows": rows,
        "total": sum(amounts.values()),
        "today": today,
        **report_context(request),
    }
    return render(request, "billing/reports/outstanding_invoices.html", context)


@require_safe
@invoicer_required
def report_outstanding_export(request: MemberRequest) -> StreamingHttpResponse:
    """What is open as CSV, or as XLSX with `file=xlsx`."""
    sheet = outstanding.outstanding_sheet(request.organisation, today=timezone.localdate())
    return sheet_answer(sheet, kind=request.GET.get("file", ""))


def _customers(request: MemberRequest) -> QuerySet[Customer] | None:
    """The customer of the address, none of an id that no customer has; None when not narrowed."""
    pk = request.GET.get("customer", "")
    if not pk:
        return None
    return request.organisation.customers.filter(pk=chosen_id(pk))


# --- What the reports have in common --------------------------------------------------------------


def report_context(request: MemberRequest) -> dict[str, Any]:
    """What every report is shown with: its address without the page, and its place."""
    query = request.GET.copy()
    for name in ("page", "key", "file"):
        query.pop(name, None)
    place = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "query": query.urlencode(),
        **{f"is_{name}": f"report-{name}" in (place or "") for name in REPORTS},
    }


def invoices_with(
    request: MemberRequest, figures: Mapping[int, Decimal]
) -> tuple["Page[int]", list[tuple[Invoice, Decimal]]]:
    """A page of invoices, the latest first, each with its figure."""
    mine = request.organisation.invoices.filter(pk__in=figures)
    ids = list(mine.order_by("-date", "-pk").values_list("pk", flat=True))
    page = page_of(request, ids, default_size=50)
    found = request.organisation.invoices.select_related("customer").in_bulk(list(page))
    return page, [(found[pk], figures[pk]) for pk in page if pk in found]
