"""Are the files of final invoices still what they were? Every one is read and hashed again."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ...models import FileKind, Invoice, InvoiceFile, InvoiceStatus, Origin


class Fault(StrEnum):
    """What can be wrong with a file."""

    NEVER_MADE = "was never made"
    MISSING = "is missing"
    CHANGED = "is not what it was"


@dataclass(frozen=True)
class DamagedFile:
    """A file of an invoice with what is wrong; `path` is empty when there never was one."""

    organisation: str
    number: str
    kind: str
    fault: Fault
    path: str = ""


@dataclass
class ArchiveCheck:
    """How much was looked at; its findings come while it goes on."""

    invoices: int = 0
    files: int = 0
    damaged: int = 0

    def damaged_files(self) -> Iterator[DamagedFile]:
        """Every file that is not as it should be, invoice by invoice; reads all of them."""
        final = Invoice.objects.filter(origin=Origin.HERE).exclude(status=InvoiceStatus.DRAFT)
        about = final.select_related("organisation").prefetch_related("files")
        for invoice in about.order_by("organisation_id", "pk").iterator(chunk_size=200):
            self.invoices += 1
            for damaged in self._of(invoice):
                self.damaged += 1
                yield damaged

    def _of(self, invoice: Invoice) -> Iterator[DamagedFile]:
        kept = {file.kind: file for file in invoice.files.all()}
        for kind in FileKind.values:
            fault = self._fault(kept[kind]) if kind in kept else Fault.NEVER_MADE
            if fault:
                path = str(kept[kind].file.name) if kind in kept else ""
                yield DamagedFile(str(invoice.organisation), invoice.number, kind, fault, path)

    def _fault(self, file: InvoiceFile) -> Fault | None:
        self.files += 1
        try:
            with file.file.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return Fault.MISSING
        return None if found == file.sha256 else Fault.CHANGED
