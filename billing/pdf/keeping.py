"""The PDF of a final invoice is drawn once and kept, so that everybody reads the same for years."""

import datetime
import hashlib

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from ..models import FileKind, Invoice, InvoiceFile
from .drawing import invoice_pdf


def issue_pdf(invoice: Invoice, *, now: datetime.datetime) -> InvoiceFile:
    """The PDF as it was issued; drawn now if it never was. Only for a final invoice made here."""
    if invoice.is_draft:
        raise ValueError("a draft has no issued file")
    kept = invoice.files.filter(kind=FileKind.PDF).first()
    return kept or _made(invoice, now=now)


def _made(invoice: Invoice, *, now: datetime.datetime) -> InvoiceFile:
    """Two at once: the first one counts, and the file of the other goes."""
    pdf = invoice_pdf(invoice)
    made = InvoiceFile(
        invoice=invoice, kind=FileKind.PDF, sha256=hashlib.sha256(pdf).hexdigest(), made_at=now
    )
    made.file.save(f"{invoice.number}.pdf", ContentFile(pdf), save=False)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        made.file.delete(save=False)
        return invoice.files.get(kind=FileKind.PDF)
    return made
