"""The files of final invoices, to take away."""

from django.contrib import messages
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import invoicer_required
from accounts.requests import MemberRequest

from ..archive import issued_file
from ..archive.zipping import zipped
from ..invoice_selection import selected
from ..models import FileKind, Origin
from .invoices import invoice_or_404


@require_GET
@invoicer_required
def invoice_ubl_file(request: MemberRequest, pk: int) -> FileResponse:
    """The UBL as it was issued."""
    invoice = invoice_or_404(request, pk)
    if invoice.is_draft or invoice.origin != Origin.HERE:
        raise Http404(_("Only a final invoice made here has a UBL file."))
    kept = issued_file(invoice, FileKind.UBL, now=timezone.now())
    answer = FileResponse(
        kept.file.open("rb"),
        as_attachment=True,
        filename=f"{invoice.number}.xml",
        content_type="application/xml",
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@invoicer_required
def invoice_files(request: MemberRequest) -> HttpResponseBase:
    """PDF and UBL of the ticked invoices as one ZIP; drafts and those of e-Boekhouden have none."""
    now = timezone.now()
    found = selected(request.organisation, request.POST)
    ours = [one for one in found if not one.is_draft and one.origin == Origin.HERE]
    if not ours:
        text = _("None of these has files: they are drafts, or not made here.")
        messages.warning(request, text)
        return redirect("billing:invoice-list")
    name = _("invoices")
    return StreamingHttpResponse(
        zipped(ours, now=now),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{now:%Y-%m-%d}.zip"',
            "Cache-Control": "private, no-store",
        },
    )
