"""The files of invoices as a browser gets them: a draft as it would be now, others as issued."""

import io
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.files import ServedFile, serve
from accounts.models import Membership

from ..models import FileKind, Invoice, Origin
from .archive import issued_file
from .pdf import invoice_pdf

INVOICE, UBL = "invoice", "ubl"
# At least Safari shows no PDF in a sandbox, and viewers have styles of their own. What is
# shown is a PDF that this program made; what people uploaded is only downloaded.
VIEWER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def invoice_of(membership: Membership, pk: int) -> Invoice | None:
    """Return an invoice that was made here, if the member may see invoices."""
    invoices = Invoice.objects.filter(organisation=membership.organisation, origin=Origin.HERE)
    found = invoices.select_related("customer", "credit_of").filter(pk=pk).first()
    if found is None or not membership.is_invoicer:
        return None
    found.organisation = membership.organisation
    return found


def name_of(invoice: Invoice, kind: FileKind) -> str:
    """Return the name under which a browser stores the file."""
    if invoice.is_draft:
        return _("Draft %(customer)s") % {"customer": invoice.customer} + ".pdf"
    return f"{invoice.number}.{'pdf' if kind == FileKind.PDF else 'xml'}"


def open_issued(invoice: Invoice, kind: FileKind) -> IO[bytes]:
    """Open a file of a final invoice. Raises OSError when it cannot be read."""
    opened: IO[bytes] = issued_file(invoice, kind, now=timezone.now()).file.open("rb")
    return opened


def pdf_opened(membership: Membership, pk: int) -> ServedFile | None:
    """Open the PDF of an invoice, to be shown."""
    invoice = invoice_of(membership, pk)
    if invoice is None:
        return None
    try:
        content = (
            io.BytesIO(invoice_pdf(invoice))
            if invoice.is_draft
            else open_issued(invoice, FileKind.PDF)
        )
    except OSError:
        return None
    name = name_of(invoice, FileKind.PDF)
    return ServedFile(content, name, "application/pdf", is_download=False, policy=VIEWER_POLICY)


def ubl_opened(membership: Membership, pk: int) -> ServedFile | None:
    """Open the UBL of a final invoice, to be downloaded."""
    invoice = invoice_of(membership, pk)
    if invoice is None or invoice.is_draft:
        return None
    try:
        content = open_issued(invoice, FileKind.UBL)
    except OSError:
        return None
    return ServedFile(content, name_of(invoice, FileKind.UBL), "application/xml")


serve(INVOICE, pdf_opened)
serve(UBL, ubl_opened)
