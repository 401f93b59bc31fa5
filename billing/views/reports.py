"""Finance → Reports: turnover and outstanding."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from customers.models import Customer
from integrations.models import Connection
from lib.choices import chosen_id
from lib.paging import page_of
from lib.spreadsheets import sheet_response

from ..models import Invoice
from ..reports import outstanding, outstanding_at
from ..reports.chart import chart
from ..reports.query import AsAtForm, TurnoverForm, year_before
from ..reports.turnover import (
    ReportQuery,
    invoices_behind,
    label_of,
    turnover,
    turnover_sheet,
)

REPORTS = ("turnover", "outstanding", "work", "vat", "return", "icp")
Figure = TypeVar("Figure")
# The largest number of bars in a chart: of months (True) and of other groups.
MOST_BARS = {True: 36, False: 12}


@require_safe
@invoicer_required
def report_list(request: MemberRequest) -> HttpResponse:
    """Redirect to the first report."""
    return redirect("billing:report-turnover")


# --- Turnover -------------------------------------------------------------------------------------


@require_safe
@invoicer_required
def report_turnover(request: MemberRequest) -> HttpResponse:
    """Show turnover by month, customer, project or employee, compared with a year before."""
    form, query = _turnover(request)
    found = turnover(query)
    bars = [(row.short, row.net, row.before) for row in found.rows]
    context = {
        "form": form,
        **report_context(request),
        "report_query": query,
        "before": year_before(query.period),
        "found": found,
        "page": page_of(request, found.rows, default_size=50),
        "chart": chart(bars[: MOST_BARS[query.by == "month"]]),
    }
    return render(request, "billing/reports/turnover.html", context)


@require_safe
@invoicer_required
def report_turnover_invoices(request: MemberRequest) -> HttpResponse:
    """Show the invoices of one group, each with its part; without a key, of all groups."""
    form, query = _turnover(request)
    address = request.GET.get("key", "")
    parts = invoices_behind(query, address)
    page, rows = invoices_with(request, parts)
    context = {
        "form": form,
        **report_context(request),
        "report_query": query,
        "label": label_of(query, address),
        "page": page,
        "rows": rows,
        "net": sum(parts.values()),
    }
    return render(request, "billing/reports/turnover_invoices.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_turnover_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export turnover as CSV, or as XLSX with `file=xlsx`."""
    _form, query = _turnover(request)
    return sheet_response(turnover_sheet(query), kind=request.GET.get("file", ""))


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
    """Show the outstanding amounts per customer and age; a page has customers."""
    form, order = _as_at(request), request.GET.get("order", "")
    context = {
        **_outstanding(request, form, order),
        "form": form,
        "ages": outstanding.AGES,
        "today": form.day,
        "is_today": form.day == form.today,
        "payments": Connection.objects.filter(organisation=request.organisation).first(),
        **report_context(request),
    }
    return render(request, "billing/reports/outstanding.html", context)


def _outstanding(request: MemberRequest, form: AsAtForm, order: str) -> dict[str, Any]:
    """Return a page of customers and the totals, of today or as at an earlier day."""
    organisation, day = request.organisation, form.day
    if day == form.today:
        groups = outstanding.per_customer(organisation, today=day, order=order)
        page = page_of(request, groups, default_size=50)
        total = outstanding.total_of(organisation, today=day)
        return {"page": page, "rows": outstanding.rows_of(page), "total": total}
    items = outstanding_at.open_at(organisation, day)
    rows = page_of(request, outstanding_at.rows_at(items, day, order), default_size=50)
    return {
        "page": rows,
        "rows": list(rows),
        "total": outstanding_at.total_at(items, day),
        "undated": outstanding_at.payments_without_date(organisation, day),
    }


@require_safe
@invoicer_required
def report_outstanding_invoices(request: MemberRequest) -> HttpResponse:
    """Show the open invoices, optionally of one customer or one age."""
    form, customers = _as_at(request), _customers(request)
    ages = (*outstanding.AGES, outstanding.OVERDUE)
    age = next((age for age in ages if age.key == request.GET.get("age")), None)
    if form.day == form.today:
        amounts = outstanding.open_amounts(
            request.organisation, today=form.day, customers=customers, age=age
        )
    else:
        items = outstanding_at.open_at(request.organisation, form.day)
        ids = None if customers is None else set(customers.values_list("pk", flat=True))
        amounts = outstanding_at.amounts_at(items, form.day, customers=ids, age=age)
    page, rows = invoices_with(request, amounts)
    context = {
        "form": form,
        "customer": customers.first() if customers is not None else None,
        "age": age,
        "page": page,
        "rows": rows,
        "total": sum(amounts.values()),
        "today": form.day,
        **report_context(request),
    }
    return render(request, "billing/reports/outstanding_invoices.html", context)


@require_safe
@invoicer_required
@limited("exports")
def report_outstanding_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export the outstanding amounts as CSV, or as XLSX with `file=xlsx`."""
    form = _as_at(request)
    if form.day == form.today:
        sheet = outstanding.outstanding_sheet(request.organisation, today=form.day)
    else:
        items = outstanding_at.open_at(request.organisation, form.day)
        rows = outstanding_at.rows_at(items, form.day, "customer")
        sheet = outstanding.sheet_of(rows, form.day)
    return sheet_response(sheet, kind=request.GET.get("file", ""))


def _as_at(request: MemberRequest) -> AsAtForm:
    return AsAtForm(request.GET, today=timezone.localdate())


def _customers(request: MemberRequest) -> QuerySet[Customer] | None:
    """Return the customer of the query string as a queryset; None if it names none.

    An unknown id gives an empty queryset.
    """
    pk = request.GET.get("customer", "")
    if not pk:
        return None
    return request.organisation.customers.filter(pk=chosen_id(pk))


# --- Shared by all reports ------------------------------------------------------------------------


def report_context(request: MemberRequest) -> dict[str, Any]:
    """Return the context of every report: its query string without page, and the active tab."""
    query = request.GET.copy()
    for name in ("page", "key", "file"):
        query.pop(name, None)
    place = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "query": query.urlencode(),
        **{f"is_{name}": f"report-{name}" in (place or "") for name in REPORTS},
    }


def invoices_with(
    request: MemberRequest, figures: Mapping[int, Figure]
) -> tuple["Page[int]", list[tuple[Invoice, Figure]]]:
    """Return a page of invoices, latest first, each with its figure."""
    mine = request.organisation.invoices.filter(pk__in=figures)
    ids = list(mine.order_by("-date", "-pk").values_list("pk", flat=True))
    page = page_of(request, ids, default_size=50)
    found = request.organisation.invoices.select_related("customer").in_bulk(list(page))
    return page, [(found[pk], figures[pk]) for pk in page if pk in found]
