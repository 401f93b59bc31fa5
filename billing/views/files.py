"""The files of invoices: viewing and downloading."""

import structlog
from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import invoicer_required
from accounts.files import to_file
from accounts.requests import MemberRequest
from accounts.work_limits import limited
from audit.exports import record_export

from ..documents import served
from ..documents.archive.zipping import zipped
from ..invoices.bulk_actions import selected
from ..models import FileKind, Invoice, Origin
from .invoices import invoice_or_404

log = structlog.get_logger(__name__)


@require_safe
@invoicer_required
@limited("documents")
def invoice_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Lead to the PDF: of a draft as it would be now, of a final invoice as it was issued."""
    invoice = invoice_or_404(request, pk)
    if invoice.origin != Origin.HERE:
        raise Http404(_("The PDF of this invoice is in e-Boekhouden."))
    if not invoice.is_draft and not _is_readable(invoice, FileKind.PDF):
        return _missing(request, invoice, served.name_of(invoice, FileKind.PDF))
    return to_file(request, served.INVOICE, pk)


@require_safe
@invoicer_required
@limited("documents")
def invoice_ubl_file(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Lead to the UBL as it was issued."""
    invoice = invoice_or_404(request, pk)
    if invoice.is_draft or invoice.origin != Origin.HERE:
        raise Http404(_("Only a final invoice created here has a UBL file."))
    if not _is_readable(invoice, FileKind.UBL):
        return _missing(request, invoice, served.name_of(invoice, FileKind.UBL))
    return to_file(request, served.UBL, pk)


def _is_readable(invoice: Invoice, kind: FileKind) -> bool:
    try:
        served.open_issued(invoice, kind).close()
    except OSError:
        return False
    return True


def _missing(request: MemberRequest, invoice: Invoice, name: str) -> HttpResponseBase:
    log.error("archive.missing", invoice=invoice.pk, file=name)
    text = _(
        "%(name)s cannot be read from the data folder. Ask your system administrator to restore "
        "it from a backup; an issued file is never created again."
    )
    messages.error(request, text % {"name": name})
    return redirect("billing:invoice-detail", invoice.pk)


@require_POST
@invoicer_required
@limited("exports")
def invoice_files(request: MemberRequest) -> HttpResponseBase:
    """Return PDF and UBL of the ticked invoices as one ZIP.

    Drafts and invoices created in e-Boekhouden have no files.
    """
    now = timezone.now()
    found = selected(request.organisation, request.POST)
    issued = [one for one in found if not one.is_draft and one.origin == Origin.HERE]
    if not issued:
        text = _("None of these invoices has files: they are drafts, or were not created here.")
        messages.warning(request, text)
        return redirect("billing:invoice-list")
    name = _("invoices")
    record_export(_("Invoices, PDF and UBL"), file_type="ZIP", count=len(issued))
    return StreamingHttpResponse(
        zipped(issued, now=now),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{now:%Y-%m-%d}.zip"',
            "Cache-Control": "private, no-store",
        },
    )
