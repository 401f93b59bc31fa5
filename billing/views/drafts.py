"""Editing a draft: its page, and the preview of the typed values."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest
from accounts.work_limits import limited

from ..documents.supply import supply_period
from ..forms.draft_editor import DraftEditor
from ..invoices.drafting import ChangedMeanwhile, change_draft
from ..invoices.locking import NotAllowed
from ..models import Invoice
from .invoices import document_of, invoice_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@invoicer_required
def invoice_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Show a draft to edit; adding, moving or removing a line stores nothing yet."""
    invoice = invoice_or_404(request, pk)
    if request.method != "POST":
        if not invoice.is_draft:
            raise Http404
        return _shown(request, DraftEditor(invoice))
    if not invoice.is_draft:
        return _too_late(request, invoice)
    editor = DraftEditor(invoice, request.POST)
    if command := request.POST.get("do"):
        editor.carry_out(command)
        return _shown(request, editor)
    if not editor.is_valid():
        return _shown(request, editor, status=422, is_refused=True)
    return _stored(request, editor)


def _stored(request: MemberRequest, editor: DraftEditor) -> HttpResponse:
    invoice, version = editor.invoice, editor.head.cleaned_data["version"]
    try:
        change_draft(
            invoice, editor.draft_input(), version=version, by=request.user, now=timezone.now()
        )
    except NotAllowed:
        return _too_late(request, invoice)
    except ChangedMeanwhile as changed:
        return _both(request, invoice, changed)
    messages.success(request, _("The draft has been saved."))
    return redirect("billing:invoice-detail", invoice.pk)


def _both(request: MemberRequest, invoice: Invoice, changed: ChangedMeanwhile) -> HttpResponse:
    """Show what was typed, over the draft as the other user saved it."""
    invoice.refresh_from_db()
    editor = DraftEditor(invoice, request.POST)
    editor.is_valid()
    differences = editor.join()
    return _shown(request, editor, status=409, changed=changed, differences=differences)


def _too_late(request: MemberRequest, invoice: Invoice) -> HttpResponse:
    messages.warning(
        request, _("The invoice was finalised in the meantime and can no longer be changed.")
    )
    return redirect("billing:invoice-detail", invoice.pk)


def _shown(
    request: MemberRequest, editor: DraftEditor, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "editor": editor,
        "invoice": editor.invoice,
        "add_is_next": editor.focus[0] == "add",
        **_previewed(editor),
        **more,
    }
    return render(request, "billing/invoices/invoice_edit.html", context, status=status)


@require_POST
@invoicer_required
@limited("previews")
def invoice_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """Show the invoice with the typed values; wrong lines are not counted yet."""
    invoice = invoice_or_404(request, pk)
    if not invoice.is_draft:
        raise Http404
    editor = DraftEditor(invoice, request.POST)
    context = {**_previewed(editor), "notes_of": [editor.head, *editor.lines]}
    return render(request, "billing/invoices/_draft_preview.html", context)


def _previewed(editor: DraftEditor) -> dict[str, Any]:
    checked = editor.for_preview()
    typed, lines = checked.preview()
    return {
        "document": document_of(typed, lines, supply_period(typed)),
        "wrong_lines": checked.wrong_lines,
    }
