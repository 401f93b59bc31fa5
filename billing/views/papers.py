"""The files of final invoices, to take away."""

from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import invoicer_required
from accounts.requests import MemberRequest

from ..archive import issued_file
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
