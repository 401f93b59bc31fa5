"""Verifying the archive: every file is read and its SHA-256 compared with the stored one."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ...models import FileKind, Invoice, InvoiceFile, InvoiceStatus, Origin


class Fault(StrEnum):
    """The ways in which a file can be damaged."""

    NEVER_MADE = "was never made"
    MISSING = "is missing"
    CHANGED = "is not what it was"


@dataclass(frozen=True)
class DamagedFile:
    """A file of an invoice that is missing or changed; `path` is empty if it was never created."""

    organisation: str
    number: str
    kind: str
    fault: Fault
    path: str = ""


@dataclass
class ArchiveCheck:
    """One run of the verification; its counts grow while `damaged_files` is read."""

    invoices: int = 0
    files: int = 0
    damaged: int = 0

    def damaged_files(self) -> Iterator[DamagedFile]:
        """Yield every missing or changed file, invoice by invoice; reads all files."""
        final = Invoice.objects.filter(origin=Origin.HERE).exclude(status=InvoiceStatus.DRAFT)
        relations = final.select_related("organisation").prefetch_related("files")
        for invoice in relations.order_by("organisation_id", "pk").iterator(chunk_size=200):
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
