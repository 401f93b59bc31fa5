"""A document with the fields that both sides have: as we booked it, and as e-Boekhouden has it.

All values are texts, so that equal documents are equal values: amounts with two to four decimals,
days in ISO format. The URL of a PDF is left out, because anyone can open the invoice with it.
"""

import datetime
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from integrations.eboekhouden.messages import BookedEntry, BookedInvoice, EntryKind
from lib.money import CENT

from ..bookings.payloads import booked_as_content
from ..models import Booking, BookingKind, State

Content = dict[str, Any]
AMOUNTS = ("quantity", "price", "net", "vat")
FINE = Decimal("0.0001")


class DocumentKind(StrEnum):
    """The list in e-Boekhouden that has a document: the invoices, or the ledger."""

    INVOICE = "invoice"
    ENTRY = "entry"


@dataclass(frozen=True)
class RemoteDocument:
    """A document in e-Boekhouden."""

    kind: DocumentKind
    content: Content

    @property
    def key(self) -> str:
        """The number, without blanks and in lower case."""
        return key_of(self.content["number"])

    @property
    def tokens(self) -> set[str]:
        """The words that may be a correlation id: the document field, and words after a #."""
        words = self.content["entry_text"].split()
        marked = {word.removeprefix("#") for word in words if word.startswith("#")}
        return {self.content["document"].strip(), *marked} - {""}


@dataclass(frozen=True, kw_only=True)
class LocalDocument:
    """A booking with the document that e-Boekhouden must have.

    `is_judged`: the booking is confirmed, so the document must exist.
    """

    booking_id: int
    kind: DocumentKind
    number: str
    correlation_id: str
    content: Content
    is_judged: bool
    is_cancelled: bool = False
    enters_ledger: bool = False

    @property
    def key(self) -> str:
        return key_of(self.number)


def key_of(number: str) -> str:
    """Return a number as e-Boekhouden may compare it: without blanks and in lower case."""
    return number.strip().casefold()


def remote_invoice(invoice: BookedInvoice) -> RemoteDocument:
    """Convert an invoice of GetFacturen."""
    return RemoteDocument(
        DocumentKind.INVOICE, projected(booked_as_content(invoice), gross=invoice.gross)
    )


def remote_entry(entry: BookedEntry) -> RemoteDocument | None:
    """Convert a sales entry of GetMutaties; None for a payment or another entry."""
    if entry.kind != EntryKind.SALE:
        return None
    return RemoteDocument(
        DocumentKind.ENTRY, projected(booked_as_content(entry), gross=entry.gross)
    )


def local_document(booking: Booking, *, is_judged: bool) -> LocalDocument:
    """Return a booking with the document that e-Boekhouden must have.

    That is the booked document with the texts of e-Boekhouden. For a booking that a person linked,
    it is the linked record.
    """
    number = booking.natural_key or booking.remote_id
    is_invoice = booking.kind == BookingKind.INVOICE
    return LocalDocument(
        booking_id=booking.pk,
        kind=DocumentKind.INVOICE if is_invoice else DocumentKind.ENTRY,
        number=number,
        correlation_id=booking.correlation_id,
        content={**_expected(booking), "number": number},
        is_judged=is_judged,
        is_cancelled=booking.state == State.CANCELLED,
        enters_ledger=is_invoice and bool(booking.payload["message"].get("book")),
    )


def _expected(booking: Booking) -> Content:
    payload, snapshot = booking.payload, booking.remote_snapshot or {}
    booked = projected(payload["message"], gross=Decimal(payload["gross"]))
    if "gross" not in snapshot or "lines" not in snapshot:
        return booked
    kept = projected(snapshot, gross=Decimal(snapshot["gross"]))
    if booking.reason == "linked":
        return kept
    if len(kept["lines"]) == len(booked["lines"]):
        for local, remote in zip(booked["lines"], kept["lines"], strict=True):
            local["description"] = remote["description"]
    return booked


def projected(content: Mapping[str, Any], *, gross: Decimal) -> Content:
    """Return the fields that can be compared; `gross` is the total in euros incl. VAT."""
    return {
        "number": str(content.get("number") or content.get("invoice_number") or "").strip(),
        "entry_number": str(content.get("entry_number") or ""),
        "relation_code": str(content["relation_code"]).strip(),
        "date": str(content["date"]),
        "payment_term": str(content.get("payment_term", "")).strip(),
        "account": str(content.get("debtor_account") or content.get("account") or ""),
        "document": str(content.get("document") or ""),
        "entry_text": str(content.get("entry_description") or content.get("description") or ""),
        "gross": _amount(gross),
        "lines": [_line(line) for line in content["lines"]],
    }


def _line(line: Mapping[str, Any]) -> dict[str, str]:
    figures = {name: _amount(line[name]) for name in AMOUNTS if name in line}
    return figures | {
        "vat_code": line["vat_code"].strip(),
        "ledger_account": line["ledger_account"].strip(),
        "cost_centre_id": str(line.get("cost_centre_id") or 0),
        "description": plain(line.get("description") or ""),
    }


def plain(text: str) -> str:
    """Return the text without invisible differences: composed letters, and single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def day_of(content: Mapping[str, Any]) -> datetime.date:
    """Return the day of a document."""
    return datetime.date.fromisoformat(content["date"])


def _amount(value: object) -> str:
    exact = Decimal(str(value))
    coarse, fine = exact.quantize(CENT), exact.quantize(FINE)
    return str(coarse if coarse == fine else fine)
