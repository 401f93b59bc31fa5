"""The attachments of an e-mail with an invoice: always its PDF, others by choice.

A further kind of attachment needs a member of Extra and its source in SOURCES; the boxes in the
settings and in the dialog follow from these.
"""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from registrations.models import Expense
from registrations.receipts import content_type_of, extension_of

from ..documents.archive import content_of, issue_files
from ..models import FileKind, Invoice, Origin
from ..numbering import settings_of
from .specification import has_hours, specification_file

# In an e-mail a file is written in base64 (RFC 2045): 4 letters for 3 bytes, 76 in a line.
AS_MAIL = 4 / 3 * 78 / 76
LONGEST_NAME = 80
ALLOWED = " -_.,()+&"


class Extra(models.TextChoices):
    """An attachment besides the PDF."""

    UBL = "ubl", _("UBL: the invoice as a data file for the customer's bookkeeping")
    SPECIFICATION = "specification", _("Time specification, as a spreadsheet")
    RECEIPTS = "receipts", _("Receipts of the expenses on the invoice")


@dataclass(frozen=True)
class Attachment:
    """A file of an e-mail, with its content."""

    name: str
    content: bytes
    content_type: str

    @property
    def note(self) -> dict[str, object]:
        """Return the stored description of the file; the size is in bytes."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {"name": self.name, "size": len(self.content), "sha256": digest}


def attachments_of(
    invoice: Invoice, *, wanted: Iterable[str], now: datetime.datetime
) -> list[Attachment]:
    """Return the PDF of a final invoice and the wanted extras, each with a unique name.

    Raises OSError when a file cannot be read.
    """
    found = [_pdf(invoice, now=now)]
    for extra in on_offer(invoice):
        if extra in wanted:
            found += SOURCES[extra].read(invoice)
    return _named_apart(found)


def on_offer(invoice: Invoice) -> list[Extra]:
    """Return the extra attachments that exist for this invoice."""
    return [extra for extra, source in SOURCES.items() if source.exists(invoice)]


def default_extras(invoice: Invoice) -> list[str]:
    """Return the preselected extras: by the settings, and by the invoice itself."""
    chosen = list(settings_of(invoice.organisation).mail_extras)
    named = Extra.RECEIPTS if invoice.with_receipts else None
    return [*chosen, named] if named and named not in chosen else chosen


def is_too_large(sizes: Iterable[int]) -> bool:
    """Return whether files of these sizes, in bytes, make an e-mail larger than MAIL_MAX_BYTES."""
    return sum(sizes) * AS_MAIL > settings.MAIL_MAX_BYTES


def sizes_of(invoice: Invoice, *, wanted: Iterable[str]) -> list[int]:
    """Return the bytes of each wanted file except the PDF, without reading them. Raises OSError."""
    extras = [extra for extra in on_offer(invoice) if extra in wanted]
    return [size for extra in extras for size in SOURCES[extra].sizes(invoice)]


def safe_name(name: str, *, extension: str) -> str:
    """Return a file name that every system and mail program accepts, with our extension."""
    stem = PurePath(name.replace("\\", "/")).stem
    kept = "".join(letter if letter.isalnum() or letter in ALLOWED else "_" for letter in stem)
    return f"{kept.strip(' .')[:LONGEST_NAME] or 'file'}.{extension}"


def _named_apart(files: Sequence[Attachment]) -> list[Attachment]:
    """Make names unique: the second of two equal names gets a number."""
    taken: set[str] = set()
    apart = []
    for file in files:
        name, number = file.name, 1
        while name.casefold() in taken:
            number += 1
            path = PurePath(file.name)
            name = f"{path.stem}-{number}{path.suffix}"
        taken.add(name.casefold())
        apart.append(replace(file, name=name))
    return apart


def _pdf(invoice: Invoice, *, now: datetime.datetime) -> Attachment:
    pdf = content_of(issue_files(invoice, now=now)[FileKind.PDF])
    name = safe_name(f"{invoice.number}.pdf", extension="pdf")
    return Attachment(name, pdf, "application/pdf")


# --- UBL ------------------------------------------------------------------------------------------


def _ubl(invoice: Invoice) -> list[Attachment]:
    """Read the UBL, after the PDF, which creates it."""
    ubl = content_of(invoice.files.get(kind=FileKind.UBL))
    name = safe_name(f"{invoice.number}.xml", extension="xml")
    return [Attachment(name, ubl, "application/xml")]


def _ubl_sizes(invoice: Invoice) -> list[int]:
    """Return the size of the UBL; nothing for a draft, because it is small beside a PDF."""
    return [kept.file.size for kept in invoice.files.filter(kind=FileKind.UBL)]


# --- Time specification ---------------------------------------------------------------------------


def _specification(invoice: Invoice) -> list[Attachment]:
    name, content, kind = specification_file(invoice)
    return [Attachment(safe_name(f"{name}.xlsx", extension="xlsx"), content, kind)]


# --- Receipts -------------------------------------------------------------------------------------


def _with_receipts(invoice: Invoice) -> models.QuerySet[Expense]:
    expenses = Expense.objects.filter(invoice_line__invoice=invoice).exclude(receipt="")
    return expenses.order_by("date", "pk")


def _receipts(invoice: Invoice) -> list[Attachment]:
    return [_receipt(expense) for expense in _with_receipts(invoice)]


def _receipt(expense: Expense) -> Attachment:
    with expense.receipt.open("rb") as opened:
        content = opened.read()
    stored = expense.receipt.name or ""
    name = safe_name(expense.receipt_name or stored, extension=extension_of(stored))
    return Attachment(name, content, content_type_of(stored))


@dataclass(frozen=True)
class Source:
    """The source of an extra attachment."""

    exists: Callable[[Invoice], bool]
    sizes: Callable[[Invoice], list[int]]
    read: Callable[[Invoice], list[Attachment]]


SOURCES: dict[Extra, Source] = {
    Extra.UBL: Source(
        exists=lambda invoice: invoice.origin == Origin.HERE, sizes=_ubl_sizes, read=_ubl
    ),
    Extra.SPECIFICATION: Source(
        exists=has_hours,
        sizes=lambda invoice: [],  # some kilobytes, and only known once it is made
        read=_specification,
    ),
    Extra.RECEIPTS: Source(
        exists=lambda invoice: _with_receipts(invoice).exists(),
        sizes=lambda invoice: [expense.receipt.size for expense in _with_receipts(invoice)],
        read=_receipts,
    ),
}
