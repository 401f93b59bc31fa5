"""Settings → Audit log: who changed what, when and from where."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from lib.paging import SIZES
from lib.seeking import PARAMETERS, Order, OrderedRows, SeekPage, page_of
from lib.spreadsheets import Cell, Sheet, sheet_response
from ui.tags.tables import address_with

from ..models import Entry
from . import words
from .filters import EntryFilter
from .touched import FIRST, rows_of

NEWEST_FIRST = Order(("at",))
# What a line does not show, and may be much.
NOT_IN_LIST = ("rows", "words")


@require_safe
@administrator_required
def entry_list(request: MemberRequest) -> HttpResponse:
    """Show the entries of the organisation, newest first; nobody counts them."""
    found = _filtered(request)
    ordered = OrderedRows(found.rows, NEWEST_FIRST, is_down=True)
    page = page_of(ordered, request.GET, load=_load, default_size=SIZES[1])
    context = {
        "filter": found,
        "page": page,
        "lines": words.lines_of(page),
        "object": _object_name(found, page.rows),
        **_addresses(request, page),
        "is_narrowed": any(value for name, value in request.GET.items() if name != "size"),
    }
    return render(request, "audit/entry_list.html", context)


def _addresses(request: MemberRequest, page: SeekPage) -> dict[str, str]:
    """Return the addresses of the neighbours of a page, and of the export of the filter."""
    nowhere = dict.fromkeys((*PARAMETERS, "file"))
    export = reverse("audit:entry-export")
    newer, older = page.previous, page.next
    return {
        "newer_url": address_with(request, **nowhere | newer) if newer else "",
        "older_url": address_with(request, **nowhere | older) if older else "",
        "export_url": export + address_with(request, **nowhere),
        "export_xlsx_url": export + address_with(request, **nowhere | {"file": "xlsx"}),
    }


def _load(ids: Sequence[int]) -> dict[int, Any]:
    return Entry.objects.select_related("user").defer(*NOT_IN_LIST).in_bulk(ids)


def _object_name(found: EntryFilter, rows: Sequence[Entry]) -> str:
    """Return what the address asks the history of, as its latest entry calls it."""
    if not found.object:
        return ""
    return rows[0].label if rows else f"#{found.object[1]}"


@require_safe
@administrator_required
def entry_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """Show one entry with its rows; as a part of the list where that unfolds it."""
    entries = Entry.objects.filter(organisation=request.organisation).select_related("user")
    entry = get_object_or_404(entries, pk=pk)
    is_all = "all" in request.GET
    rows = rows_of(entry, most=None if is_all else FIRST)
    context = {
        "entry": entry,
        "line": words.line_of(entry),
        "action": words.action_of(entry),
        "changes": words.changes_of(entry.object_type, entry.changes),
        "where": words.where_of(entry),
        "rows": rows,
        "rest": entry.row_count - len(rows),
    }
    name = "_entry.html" if request.htmx else "entry_detail.html"
    return render(request, f"audit/{name}", context)


@require_safe
@administrator_required
@limited("exports")
def entry_export(request: MemberRequest) -> StreamingHttpResponse:
    """Export every entry of the filter, as CSV or with `file=xlsx` as a workbook."""
    rows = OrderedRows(_filtered(request).rows, NEWEST_FIRST, is_down=True).all()
    head = [
        _("Day"),
        _("Time"),
        _("Who"),
        _("What"),
        pgettext("audit log", "Change"),
        pgettext("audit log", "On"),
        _("Note"),
        _("Before → after"),
        _("Rows"),
        pgettext("audit log", "From"),
        _("Request"),
    ]
    sheet = Sheet(_("audit-log"), _("Audit log"), head, _cells(rows))
    return sheet_response(sheet, kind=request.GET.get("file", ""))


def _cells(rows: QuerySet[Entry]) -> Iterator[list[Cell]]:
    entries = rows.select_related("user").defer(*NOT_IN_LIST)
    for entry in entries.iterator(chunk_size=1_000):
        at = timezone.localtime(entry.at)
        yield [
            at.date(),
            f"{at:%H:%M:%S}",
            words.who_of(entry),
            words.kind_of(entry),
            words.action_of(entry),
            entry.label,
            entry.note,
            "; ".join(words.values_in_words(entry)),
            entry.row_count or None,
            words.where_of(entry),
            entry.request_id,
        ]


def _filtered(request: MemberRequest) -> EntryFilter:
    today = timezone.localdate()
    return EntryFilter(request.GET, membership=request.membership, today=today)
