"""Settings → Import: choose a file, say what its columns are, look at what happens, start."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import administrator_required
from accounts.requests import MemberRequest
from lib.tables import Unreadable
from lib.text import fill
from lib.toasts import toast

from .answering import take_answers
from .carrying_out import AnotherRuns, start
from .checking import Check, check
from .forms import FileForm
from .models import ColumnMapping, FileImport, FileKind, FileState, NewStatus, Outcome
from .names import CREATABLE
from .presenters import shown_fields, shown_rows, time_in
from .remembering import mappings_of
from .sources import delete_draft, read_again, take

PAGE = 50
SHOWN = ("all", Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.LEFT_OUT, Outcome.ERROR)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def file_new(request: MemberRequest) -> HttpResponse:
    """Choose what is imported and the file."""
    form = FileForm(request.POST or None, request.FILES or None, user_id=request.user.pk)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            draft = take(
                upload,
                name=upload.name,
                kind=form.cleaned_data["kind"],
                organisation=request.organisation,
                by=request.user,
            )
        except Unreadable as reason:
            form.refuse(reason)
        else:
            return redirect("imports:file-columns", draft.pk)
    mappings = ColumnMapping.objects.filter(organisation=request.organisation)
    context = {"form": form, "kinds": FileKind.choices, "mappings": mappings}
    status = 422 if form.errors else 200
    return render(request, "imports/file_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def file_change(request: MemberRequest, pk: int) -> HttpResponse:
    """Go back to the choice of the file, its kind and its sheet; what was answered stays."""
    draft = draft_or_404(request, pk)
    form = FileForm(
        request.POST or None, request.FILES or None, user_id=request.user.pk, draft=draft
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            read_again(
                draft,
                kind=form.cleaned_data["kind"],
                sheet=form.cleaned_data.get("sheet") or "",
                file=upload,
                name=upload.name if upload else "",
            )
        except Unreadable as reason:
            form.refuse(reason)
        else:
            return redirect("imports:file-columns", draft.pk)
    status = 422 if form.errors else 200
    return render(request, "imports/file_new.html", {"form": form, "draft": draft}, status=status)


@require_POST
@administrator_required
def file_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a file that was read and not imported."""
    draft = draft_or_404(request, pk)
    delete_draft(draft)
    text = _("%(name)s was deleted. Nothing of it was imported.")
    toast(request, fill(text, {"name": draft.name}))
    return redirect("imports:file-list")


@require_POST
@administrator_required
def columns_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Forget columns that were remembered; what was imported with them stays."""
    mine = ColumnMapping.objects.filter(organisation=request.organisation)
    mapping: ColumnMapping = get_object_or_404(mine, pk=pk)
    mapping.delete()
    toast(request, fill(_("The columns “%(name)s” are forgotten."), {"name": mapping.name}))
    return redirect("imports:file-new")


def draft_or_404(request: MemberRequest, pk: int) -> FileImport:
    """Return a draft of the organisation."""
    drafts = FileImport.objects.filter(organisation=request.organisation, state=FileState.DRAFT)
    draft: FileImport = get_object_or_404(drafts, pk=pk)
    draft.organisation = request.organisation
    return draft


@require_http_methods(["GET", "HEAD", "POST"])
@administrator_required
def file_columns(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the columns and the preview; a post takes what was answered and draws them again."""
    draft = draft_or_404(request, pk)
    refused = take_answers(draft, request.POST) if request.method == "POST" else []
    if "back" in request.POST and not refused:
        return redirect("imports:file-change", pk)
    checked = _checked(request, draft)
    return _page(request, draft, checked, refused)


def _checked(request: MemberRequest, draft: FileImport) -> Check:
    now = timezone.now()
    return check(draft, by=request.membership, now=now, today=timezone.localdate(now))


def _page(
    request: MemberRequest, draft: FileImport, checked: Check, refused: list[str]
) -> HttpResponse:
    shown = request.GET.get("show", "all")
    plans = [plan for plan in checked.plans if shown not in SHOWN[1:] or plan.outcome == shown]
    page = Paginator(plans, PAGE).get_page(request.GET.get("page"))
    fields = shown_fields(checked)
    counts = checked.counts
    context = {
        "draft": draft,
        "checked": checked,
        "refused": refused,
        "fields": fields,
        "page": page,
        "rows": shown_rows(page, checked, fields),
        "shown": shown,
        "filters": [
            (one, _label(one), counts[one]) for one in SHOWN if counts[one] or one == "all"
        ],
        "choices": [(one.name, one.label) for one in checked.kind.fields()],
        "statuses": NewStatus.choices,
        "to_import": counts[Outcome.NEW] + counts[Outcome.CHANGED],
        "errors": counts[Outcome.ERROR],
        "creatable": CREATABLE,
        "mappings": mappings_of(request.organisation, draft.kind),
        "time": time_in(checked),
    }
    return render(request, "imports/file_columns.html", context, status=422 if refused else 200)


def _label(name: str) -> str:
    return _("All") if name == "all" else str(Outcome(name).label)


@require_POST
@administrator_required
def file_start(request: MemberRequest, pk: int) -> HttpResponse:
    """Take the answers of the page, and start the import if nothing is open."""
    draft = draft_or_404(request, pk)
    before = (draft.sheet, draft.read_as_id)
    refused = take_answers(draft, request.POST)
    checked = _checked(request, draft)
    reason = checked.why_not
    if not refused and before != (draft.sheet, draft.read_as_id):
        reason = _("The columns are others now. Look at them, then import.")
    if refused or reason:
        return _page(request, draft, checked, refused or [reason])
    try:
        start(draft, by=request.user)
    except AnotherRuns:
        text = _("Another file is being imported. Start this one when that is done.")
        messages.warning(request, text)
        return redirect("imports:file-columns", pk)
    return redirect("imports:file-list")
