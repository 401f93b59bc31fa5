"""The files of a final invoice are made once and kept, so that everybody reads the same for years.

The PDF carries the UBL inside, so the UBL comes first.
"""

import datetime
import hashlib

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count

from ...models import FileKind, Invoice, InvoiceFile, InvoiceStatus, Origin
from ..pdf.drawing import invoice_pdf
from ..ubl import invoice_ubl
from .facts import invoice_facts

log = structlog.get_logger(__name__)
EXTENSIONS = {FileKind.UBL: "xml", FileKind.PDF: "pdf", FileKind.DATA: "json"}


def issue_files(invoice: Invoice, *, now: datetime.datetime) -> dict[str, InvoiceFile]:
    """All files as they were issued, by kind; those that never were made are made now.

    Only for a final invoice made here: a draft raises ValueError.
    """
    if invoice.is_draft:
        raise ValueError("a draft has no issued file")
    kept = {file.kind: file for file in invoice.files.all()}
    for kind in EXTENSIONS:
        if kind not in kept:
            kept[kind] = _made(invoice, kind, _content(invoice, kind, kept), now=now)
    return kept


def issued_file(invoice: Invoice, kind: FileKind, *, now: datetime.datetime) -> InvoiceFile:
    """One file as it was issued; made now if it never was. A draft raises ValueError."""
    kept = invoice.files.filter(kind=kind).first()
    return kept or issue_files(invoice, now=now)[kind]


def complete_archive(*, now: datetime.datetime, most: int | None = None) -> int:
    """Makes the files that final invoices from before do not have; returns of how many invoices.

    One that fails is tried again the next time, and keeps no other waiting.
    """
    final = Invoice.objects.filter(origin=Origin.HERE).exclude(status=InvoiceStatus.DRAFT)
    counted = final.annotate(count=Count("files")).filter(count__lt=len(EXTENSIONS))
    ids = list(counted.order_by("pk").values_list("pk", flat=True)[:most])
    return sum(_complete(pk, now=now) for pk in ids)


def _complete(invoice_id: int, *, now: datetime.datetime) -> bool:
    about = Invoice.objects.select_related("organisation", "customer", "credit_of")
    try:
        issue_files(about.get(pk=invoice_id), now=now)
    except Exception:
        # A file that is gone, or a mistake of ours with one invoice; verify_archive names it.
        log.exception("archive.incomplete", invoice=invoice_id)
        return False
    return True


def content_of(file: InvoiceFile) -> bytes:
    """What stands in it. Raises OSError when it cannot be read."""
    with file.file.open("rb") as opened:
        return bytes(opened.read())


def _content(invoice: Invoice, kind: FileKind, kept: dict[str, InvoiceFile]) -> bytes:
    match kind:
        case FileKind.UBL:
            return invoice_ubl(invoice)
        case FileKind.PDF:
            return invoice_pdf(invoice, ubl=content_of(kept[FileKind.UBL]))
    return invoice_facts(invoice)


def _made(
    invoice: Invoice, kind: FileKind, content: bytes, *, now: datetime.datetime
) -> InvoiceFile:
    """Two at once: the first one counts, and the file of the other goes."""
    made = InvoiceFile(
        invoice=invoice, kind=kind, sha256=hashlib.sha256(content).hexdigest(), made_at=now
    )
    name = f"{invoice.number}.{EXTENSIONS[kind]}"
    made.file.save(name, ContentFile(content), save=False)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        made.file.delete(save=False)
        return invoice.files.get(kind=kind)
    return made
