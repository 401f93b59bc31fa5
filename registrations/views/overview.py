"""Overview: the lists of hours, expenses and trips."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import member_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.seeking import PARAMETERS, OrderedRows, page_of
from lib.spreadsheets import sheet_response

from ..models import RegistrationQuerySet
from ..overview import groups, overviews
from ..overview.exporting import sheet_of
from ..overview.filtered_rows import FilteredRows, figures_of, query_of, select_all
from ..overview.filters import RegistrationFilter
from ..overview.overviews import Overview
from ..overview.saved_views import KEPT, views_of
from ..overview.selection import ids_in
from ..rights import sees_others
from .overview_rows import RowReader

DEFAULT_SIZE = 50


@require_safe
@member_required
def overview(request: MemberRequest, overview: Overview) -> HttpResponse:
    """Show the list, filtered by the query string; without one, the view that opens first."""
    views = views_of(request.membership, overview.key)
    if not request.GET and (first := next((one for one in views if one.is_default), None)):
        return redirect(f"{request.path}?{first.address}")
    found = _filtered(request, overview)
    totals = overviews.totals_if_few(found.rows, figure=overview.figure)
    page = page_of(
        _ordered(request, overview, found.rows),
        request.GET,
        load=RowReader(overview, by=request.membership),
        default_size=DEFAULT_SIZE,
    )
    context = {
        "overview": overview,
        "filter": found,
        "filter_query": query_of(found),
        "chips": [found.form[name] for name in _chips(overview, request)],
        "totals": totals,
        "page": page.of_total(totals.count) if totals else page,
        "sees_amounts": request.membership.sees_amounts,
        "may_book": _may_book(request),
        "columns": _columns(overview, request),
        "hidden_columns": _hidden(overview, request),
        "views": views,
        "view": next((one for one in views if str(one.pk) == request.GET.get("view")), None),
        **_grouping(request, overview, found, is_few=totals is not None),
        "period": found.period_chosen,
        "is_narrowed": bool(set(request.GET) - {*KEPT, "view", *PARAMETERS}),
    }
    return render(request, "registrations/overview.html", context | _names(overview))


@require_safe
@member_required
def overview_totals(request: MemberRequest, overview: Overview) -> HttpResponse:
    """Show the totals of the whole filter: the foot of a list that is too long to wait for them."""
    totals = overviews.totals(_filtered(request, overview).rows, figure=overview.figure)
    context = {
        "overview": overview,
        "totals": totals,
        "sees_amounts": request.membership.sees_amounts,
    }
    return render(request, "registrations/overview_totals.html", context | _names(overview))


@require_safe
@member_required
def overview_groups(request: MemberRequest, overview: Overview) -> HttpResponse:
    """Show the sums of a grouped list that is too long to wait for them."""
    found = _filtered(request, overview)
    context = {
        "overview": overview,
        "totals": overviews.totals(found.rows, figure=overview.figure),
        "sees_amounts": request.membership.sees_amounts,
        **_grouping(request, overview, found, is_few=True),
    }
    return render(request, "registrations/overview_groups.html", context | _names(overview))


def _grouping(
    request: MemberRequest, overview: Overview, found: RegistrationFilter, *, is_few: bool
) -> dict[str, Any]:
    """Return what the list can be added up by, and its groups if that was asked and is quick."""
    offered = groups.choices(overview)
    chosen = request.GET.get("group", "")
    if chosen not in offered:
        return {"groupings": offered, "group": ""}
    context: dict[str, Any] = {"groupings": offered, "group": chosen}
    context["group_label"] = offered[chosen]
    if is_few:
        context["groups"] = groups.groups_of(found, overview, chosen, by=request.membership)
    return context


@require_safe
@member_required
def overview_select(request: MemberRequest, overview: Overview) -> JsonResponse:
    """Return all registrations of the filter as a selection, with its figures."""
    found = _filtered(request, overview)
    selected = select_all(found, kind=overview.key, by=request.membership)
    figures = figures_of(selected.rows(request.organisation))
    if not request.membership.sees_amounts:
        figures |= {"amount": 0, "groups": []}
    about = {"token": selected.token, "query": selected.query, "newest": selected.newest}
    return JsonResponse({**about, **figures})


@require_POST
@member_required
def overview_selected(request: MemberRequest, overview: Overview) -> JsonResponse:
    """Return which of the posted rows belong to the filter of a selection."""
    ids = ids_in(request.POST.getlist("shown"))
    selected = FilteredRows.read(request.POST.get("filter", ""), kind=overview.key)
    rows = selected.rows(request.organisation).visible_to(request.membership)
    found = rows.filter(pk__in=ids).order_by().values_list("pk", flat=True)
    return JsonResponse({"ids": [str(pk) for pk in found]})


@require_safe
@member_required
@limited("exports")
def overview_export(request: MemberRequest, overview: Overview) -> StreamingHttpResponse:
    """Export every registration of the filter, as CSV or with `file=xlsx` as a workbook."""
    rows = _ordered(request, overview, _filtered(request, overview).rows).all()
    return table_response(request, [rows], name=overview.key, kind=request.GET.get("file", ""))


def table_response(
    request: MemberRequest, querysets: Sequence[QuerySet[Any]], *, name: str, kind: str
) -> StreamingHttpResponse:
    """Return a CSV file or a workbook that is written while it is sent."""
    sheet = sheet_of(querysets, with_amounts=request.membership.sees_amounts, name=name)
    return sheet_response(sheet, kind=kind)


def _filtered(request: MemberRequest, overview: Overview) -> RegistrationFilter:
    rows = overview.rows_for(request.membership)
    today = timezone.localdate()
    return overview.filterset(request.GET, rows, membership=request.membership, today=today)


def _ordered(request: MemberRequest, overview: Overview, rows: RegistrationQuerySet) -> OrderedRows:
    return overviews.in_order(rows, overview, request.GET, by=request.membership)


def _chips(overview: Overview, request: MemberRequest) -> list[str]:
    names = ["customer", "project", "employee", overview.special, "kind", "status", "billable"]
    hidden = set() if sees_others(request.membership) else {"employee"}
    return [
        name for name in names if name in overview.filterset.base_filters and name not in hidden
    ]


def _names(overview: Overview) -> dict[str, str]:
    """Return the URL names of this list."""
    start = f"registrations:overview-{overview.key}"
    return {
        "totals_name": f"{start}-totals",
        "groups_name": f"{start}-groups",
        "views_name": f"{start}-views",
        "list_name": start,
        "select_name": f"{start}-select",
        "selected_name": f"{start}-selected",
        "export_name": f"{start}-export",
        "register_name": f"registrations:{overview.key}",
    }


def _columns(overview: Overview, request: MemberRequest) -> list[tuple[str, str]]:
    """Return the columns that can be hidden."""
    columns = [
        ("employee", _("Employee")),
        ("customer", _("Customer")),
        ("project", _("Project")),
        ("special", str(overview.special_label)),
        ("notes", _("Description")),
    ]
    return columns + ([("amount", _("Amount"))] if request.membership.sees_amounts else [])


def _hidden(overview: Overview, request: MemberRequest) -> list[str]:
    """Return the columns that the address hides, which a saved view does."""
    without = request.GET.getlist("without")
    return [name for name, _label in _columns(overview, request) if name in without]


def _may_book(request: MemberRequest) -> bool:
    """Return True if the connection with e-Boekhouden is switched on and the person may use it."""
    connection = getattr(request.organisation, "connection", None)
    return request.membership.is_invoicer and connection is not None and connection.is_active
