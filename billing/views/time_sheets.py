"""Time sheets: the dialog of Overview, of a project and of a customer, and the file."""

from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import member_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from audit.exports import record_export
from lib.choices import chosen_id
from lib.spreadsheets import Sheet, sheet_response
from registrations.models import RegistrationQuerySet
from registrations.overview.filtered_rows import BY_KIND, select_all
from registrations.overview.selection import Selection

from ..documents.pdf.time_sheet import MOST_ROWS, time_sheet_pdf
from ..documents.time_sheet import TimeSheet, cells, heads
from ..forms.time_sheets import TimeSheetForm

HOURS = "hours"


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def time_sheet(request: MemberRequest) -> HttpResponse:
    """Show the choices: for the selected hours, else for those of the filter of Overview.

    The page of a project or a customer asks for it with its id. Another customer in the dialog
    draws it again with the days and the projects of that one.
    """
    if request.method == "POST":
        selection = _hours_of(Selection.parsed(request.POST)) or _filtered(request, request.POST)
    else:
        about = {name: chosen_id(request.GET.get(name, "")) for name in ("customer", "project")}
        wanted = {name: pk for name, pk in about.items() if pk}
        query = QueryDict(urlencode({**wanted, "period": "all"}))
        selection = _filtered(request, query) if wanted else Selection()
    return _shown(request, selection, _form(request, selection, data=None))


@require_POST
@member_required
@limited("exports")
def time_sheet_file(request: MemberRequest) -> HttpResponseBase:
    """Return the time sheet as PDF or, with `file=xlsx`, as a workbook."""
    selection = _hours_of(Selection.parsed(request.POST))
    form = _form(request, selection, data=request.POST)
    if not form.is_valid():
        return _shown(request, selection, form, status=422)
    sheet, language = form.sheet(), form.cleaned_data["language"]
    if request.POST.get("file") == "xlsx":
        with override(language):
            title = _("Time sheet")
            found = Sheet(_file_name(sheet), title, heads(sheet), cells(sheet))
            return sheet_response(found, kind="xlsx")
    if sheet.rows.count() > MOST_ROWS:
        text = _("A PDF has at most %(count)d rows. Choose a shorter period, or the workbook.")
        form.add_error("until", text % {"count": MOST_ROWS})
        return _shown(request, selection, form, status=422)
    record_export(f"{_('Time sheet')} ({_file_name(sheet)}.pdf)", file_type="PDF")
    content = time_sheet_pdf(sheet, language=language, now=timezone.localtime())
    answer = HttpResponse(content, content_type="application/pdf")
    with override(language):
        answer["Content-Disposition"] = f'attachment; filename="{_file_name(sheet)}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _file_name(sheet: TimeSheet) -> str:
    """Return what it is, whose it is and of which days, for the name of the file."""
    days = dict.fromkeys((f"{sheet.first:%Y-%m-%d}", f"{sheet.last:%Y-%m-%d}"))
    parts = (slugify(_("Time sheet")), slugify(sheet.customer.name), *days)
    return "-".join(filter(None, parts))


def _hours_of(selection: Selection) -> Selection:
    """Return the hours of a selection."""
    filtered = tuple(one for one in selection.filtered if one.kind == HOURS)
    return Selection(time_entries=selection.time_entries, filtered=filtered)


def _filtered(request: MemberRequest, query: QueryDict) -> Selection:
    """Return all hours of a filter that the member may see, as a selection."""
    overview = BY_KIND[HOURS]
    found = overview.filterset(
        query,
        overview.rows_for(request.membership),
        membership=request.membership,
        today=timezone.localdate(),
    )
    selected = select_all(found, kind=HOURS, by=request.membership)
    return Selection(filtered=(selected,)) if found.is_valid() else Selection()


def _form(request: MemberRequest, selection: Selection, *, data: QueryDict | None) -> TimeSheetForm:
    rows: RegistrationQuerySet = selection.rows_for(request.membership).time_entries
    today, wanted = timezone.localdate(), request.POST.get("addressee", "")
    return TimeSheetForm(data, rows=rows, by=request.membership, today=today, wanted=wanted)


def _shown(
    request: MemberRequest, selection: Selection, form: TimeSheetForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "selection": selection, "has_hours": bool(form.names)}
    return render(request, "billing/documents/time_sheet.html", context, status=status)
