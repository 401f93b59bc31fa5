"""Creating and storing the files of a final invoice, once.

The PDF contains the UBL, so the UBL is created first.
"""

import datetime
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Count
from django.db.models.fields.files import FieldFile

from ...models import FileKind, Invoice, InvoiceFile, InvoiceStatus, Origin
from ..pdf.drawing import invoice_pdf
from ..ubl import invoice_ubl
from .facts import invoice_facts

log = structlog.get_logger(__name__)
EXTENSIONS = {FileKind.UBL: "xml", FileKind.PDF: "pdf", FileKind.DATA: "json"}
# The files that were written inside the outermost `leaving_no_files`.
WRITTEN: ContextVar[list[FieldFile] | None] = ContextVar("written_files", default=None)


def issue_files(invoice: Invoice, *, now: datetime.datetime) -> dict[str, InvoiceFile]:
    """Return all issued files by kind; create those that are missing.

    Only for a final invoice created here: a draft raises ValueError.
    """
    if invoice.is_draft:
        raise ValueError("a draft has no issued file")
    kept = {file.kind: file for file in invoice.files.all()}
    for kind in EXTENSIONS:
        if kind not in kept:
            kept[kind] = _store(invoice, kind, _content(invoice, kind, kept), now=now)
    return kept


def issued_file(invoice: Invoice, kind: FileKind, *, now: datetime.datetime) -> InvoiceFile:
    """Return one issued file; create it if it is missing. A draft raises ValueError."""
    kept = invoice.files.filter(kind=kind).first()
    return kept or issue_files(invoice, now=now)[kind]


@contextmanager
def leaving_no_files() -> Iterator[None]:
    """Delete the files written inside if their rows are rolled back; enter it before `atomic`.

    If the connection to the database is lost, the rows may exist, and the files stay.
    """
    if WRITTEN.get() is not None:
        yield
        return
    written: list[FieldFile] = []
    token = WRITTEN.set(written)
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        # An error after the commit leaves rows.
        for file in written:
            if not InvoiceFile.objects.filter(file=file.name).exists():
                file.storage.delete(str(file.name))
        raise
    finally:
        WRITTEN.reset(token)


def complete_archive(*, now: datetime.datetime, most: int | None = None) -> int:
    """Create the missing files of final invoices; return the number of invoices completed.

    An invoice that fails is tried again at a later run and does not stop the others: those of a
    run with at most `most` are chosen at random.
    """
    final = Invoice.objects.filter(origin=Origin.HERE).exclude(status=InvoiceStatus.DRAFT)
    counted = final.annotate(count=Count("files")).filter(count__lt=len(EXTENSIONS))
    order = "pk" if most is None else "?"
    ids = list(counted.order_by(order).values_list("pk", flat=True)[:most])
    return sum(_complete(pk, now=now) for pk in ids)


def _complete(invoice_id: int, *, now: datetime.datetime) -> bool:
    relations = Invoice.objects.select_related("organisation", "customer", "credit_of")
    try:
        issue_files(relations.get(pk=invoice_id), now=now)
    except Exception:
        # A receipt or file is gone, or this invoice hits a bug; verify_archive names it.
        log.exception("archive.incomplete", invoice=invoice_id)
        return False
    return True


def content_of(file: InvoiceFile) -> bytes:
    """Read the file. Raises OSError when it cannot be read."""
    with file.file.open("rb") as opened:
        return bytes(opened.read())


def _content(invoice: Invoice, kind: FileKind, kept: dict[str, InvoiceFile]) -> bytes:
    match kind:
        case FileKind.UBL:
            return invoice_ubl(invoice)
        case FileKind.PDF:
            return invoice_pdf(invoice, ubl=content_of(kept[FileKind.UBL]))
    return invoice_facts(invoice)


def _store(
    invoice: Invoice, kind: FileKind, content: bytes, *, now: datetime.datetime
) -> InvoiceFile:
    """Store a file; if another process stored it first, delete this one and return the other."""
    made = InvoiceFile(
        invoice=invoice, kind=kind, sha256=hashlib.sha256(content).hexdigest(), made_at=now
    )
    name = f"{invoice.number}.{EXTENSIONS[kind]}"
    made.file.save(name, ContentFile(content), save=False)
    if (written := WRITTEN.get()) is not None:
        written.append(made.file)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        made.file.delete(save=False)
        return invoice.files.get(kind=kind)
    return made
