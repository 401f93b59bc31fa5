"""Settings → Import: what was imported from files, with progress, errors and undo."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from integrations.runs import UNDER_WAY
from lib.paging import page_of
from lib.spreadsheets import Cell, Sheet, sheet_response
from lib.toasts import toast

from . import undoing
from .carrying_out import stop
from .kinds import KINDS
from .models import FileImport, FileKind, FileState, Outcome
from .sources import corrected_rows


def import_or_404(request: MemberRequest, pk: int) -> FileImport:
    """Return an import of the organisation that was started."""
    started = FileImport.objects.filter(organisation=request.organisation)
    found: FileImport = get_object_or_404(started.exclude(state=FileState.DRAFT), pk=pk)
    found.organisation = request.organisation
    return found


@require_safe
@administrator_required
def file_list(request: MemberRequest) -> HttpResponse:
    """Show the running import with its progress, and the earlier ones."""
    imports = FileImport.objects.filter(organisation=request.organisation)
    related = imports.select_related("started_by", "undone_by")
    page = page_of(request, related.exclude(state=FileState.DRAFT))
    running = imports.filter(state__in=UNDER_WAY).select_related("started_by").first()
    drafts = related.filter(state=FileState.DRAFT)[:20]
    context = {
        "rows": _with_billed(list(page)),
        "page": page,
        "running": running,
        "drafts": drafts,
    }
    return render(request, "imports/file_list.html", context)


def _with_billed(imports: list[FileImport]) -> list[tuple[FileImport, int]]:
    """Return each import with the number of its rows that are on an invoice."""
    billed = undoing.billed_counts(imports)
    return [(one, billed.get(one.pk, 0)) for one in imports]


@require_safe
@administrator_required
@limited("exports")
def file_template(request: MemberRequest, kind: str) -> HttpResponseBase:
    """Download a file with the headings that are known, and an example."""
    if kind not in KINDS:
        raise Http404
    fields = KINDS[kind]().fields()
    head = [str(field.label) for field in fields]
    example: list[Cell] = [field.example for field in fields]
    title = str(FileKind(kind).label)
    sheet = Sheet(slugify(title), title, head, [example], has_data=False)
    return sheet_response(sheet, kind=request.GET.get("file", "xlsx"))


@require_POST
@administrator_required
def file_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask the worker to stop; what was imported stays."""
    stop(import_or_404(request, pk))
    messages.info(request, _("The import stops after the rows that it is working on."))
    return redirect("imports:file-list")


@require_safe
@administrator_required
@limited("exports")
def file_errors(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Download the rows with errors, as they were in the file, with the reason in a last column."""
    found = import_or_404(request, pk)
    errors = found.rows.filter(outcome=Outcome.ERROR)
    reasons = dict(errors.values_list("row", "reason"))
    name = f"{slugify(found.name.rpartition('.')[0]) or 'import'}-{slugify(_('errors'))}"
    sheet = Sheet(name, _("Errors"), [*found.headings, _("Reason")], _wrong_rows(found, reasons))
    return sheet_response(sheet, kind=request.GET.get("file", "xlsx"))


def _wrong_rows(found: FileImport, reasons: dict[int, str]) -> Iterator[list[Cell]]:
    width = len(found.headings)
    for number, cells in corrected_rows(found):
        if number in reasons:
            yield [*cells, *[""] * (width - len(cells)), reasons[number]]


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def file_undo(request: MemberRequest, pk: int) -> HttpResponse:
    """Show what undoing does, and what stands in its way; a post takes the import back."""
    found = import_or_404(request, pk)
    if request.method == "POST":
        try:
            done = undoing.undo(found, by=request.user, now=timezone.now())
        except undoing.CannotUndo:
            messages.error(request, _("The import was not undone: look at what stands in the way."))
        else:
            count = done.removed + done.restored
            text = ngettext(
                "The import is undone: %d row went back.",
                "The import is undone: %d rows went back.",
                count,
            )
            toast(request, text % count)
        return redirect("imports:file-list")
    context = {"found": found, "undoing": undoing.preview(found)}
    return render(request, "imports/file_undo.html", context)
