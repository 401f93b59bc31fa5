"""Messages for e-Boekhouden, stored as JSON when a document becomes final.

Amounts and quantities are strings, dates ISO. `schema` lets an older worker skip rows of a newer
version.
"""

import datetime
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from integrations.eboekhouden.facts import limits
from integrations.eboekhouden.facts.characters import sendable
from integrations.eboekhouden.messages import (
    BookedEntry,
    BookedInvoice,
    Invoice,
    InvoiceLine,
    Relation,
    SalesEntry,
    SalesEntryLine,
)
from integrations.models import Connection

from .. import models
from .composing import invoice_lines, sales_entry_lines

SCHEMA = 1
Payload = dict[str, Any]


# --- Composing ------------------------------------------------------------------------------------


def invoice_payload(
    invoice: models.Invoice,
    connection: Connection,
    *,
    correlation_id: str,
    lines: Sequence[InvoiceLine] | None = None,
) -> Payload:
    """Return the payload of an invoice, with these lines or else its stored ones."""
    message = Invoice(
        number=invoice.number,
        relation_code=invoice.customer.relation_code,
        date=invoice.date,
        payment_term=invoice.payment_term,
        template=connection.template,
        lines=invoice_lines(invoice, connection) if lines is None else lines,
        book=connection.book_at_once,
        entry_description=_entry_text(invoice, correlation_id),
    )
    return _frozen(message, net=invoice.net, vat=invoice.vat, gross=invoice.gross)


def sales_entry_payload(
    invoice: models.Invoice, connection: Connection, *, correlation_id: str
) -> Payload:
    """Return the payload of a sales entry for an invoice that was sent from here."""
    message = SalesEntry(
        number=invoice.number,
        relation_code=invoice.customer.relation_code,
        date=invoice.date,
        payment_term=invoice.payment_term,
        debtor_account=connection.debtor_account,
        description=_entry_text(invoice, ""),
        document=correlation_id,
        lines=sales_entry_lines(invoice, connection),
    )
    return _frozen(message, net=invoice.net, vat=invoice.vat, gross=invoice.gross)


def relation_payload(relation: Relation) -> Payload:
    """Return the payload of a relation."""
    content = {k: v for k, v in asdict(relation).items() if k not in ("raw", "id")}
    return {"schema": SCHEMA, "message": content}


def _entry_text(invoice: models.Invoice, correlation_id: str) -> str:
    """Return name, number and correlation id, within the maximum length."""
    name = " ".join(sendable(invoice.addressee["name"]).split())
    end = "".join(
        f" {part}"
        for part in (invoice.number, f"#{correlation_id}" if correlation_id else "")
        if part
    )
    most = limits.INVOICE["entry_description"] - limits.length_of(end)
    while limits.length_of(name) > most:
        name = name[:-1]
    return f"{name}{end}".strip()


def _frozen(message: Invoice | SalesEntry, **sums: Decimal) -> Payload:
    content = json.loads(json.dumps(asdict(message), default=str))
    return {"schema": SCHEMA, "message": content, **{k: str(v) for k, v in sums.items()}}


# --- Reading back ---------------------------------------------------------------------------------


def invoice_message(payload: Payload) -> Invoice:
    """Return the stored message of an invoice."""
    content = dict(payload["message"])
    content["lines"] = [InvoiceLine(**_amounts(line)) for line in content["lines"]]
    return Invoice(**_dates(content))


def sales_entry_message(payload: Payload) -> SalesEntry:
    """Return the stored message of a sales entry."""
    content = dict(payload["message"])
    content["lines"] = [SalesEntryLine(**_amounts(line)) for line in content["lines"]]
    return SalesEntry(**_dates(content))


def relation_message(payload: Payload) -> Relation:
    """Return the stored message of a relation."""
    return Relation(**payload["message"])


AMOUNTS = {"quantity", "price", "net", "vat", "gross", "vat_percentage"}


def day_of(payload: Payload) -> datetime.date:
    """Return the date of the document."""
    return datetime.date.fromisoformat(payload["message"]["date"])


def _amounts(line: Mapping[str, Any]) -> dict[str, Any]:
    return {k: Decimal(v) if k in AMOUNTS else v for k, v in line.items()}


def _dates(content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "date": datetime.date.fromisoformat(content["date"])}


# --- The fingerprint ------------------------------------------------------------------------------


def fingerprint(payload: Payload) -> str:
    """Return the SHA-256 of the fields that both sides have."""
    content = payload["message"]
    if "lines" not in content:
        return _hashed([_key(content["code"]), _plain(content["name"])])
    lines = [line_key(line) for line in content["lines"]]
    return _hashed([identity(content), payload["gross"], lines])


def identity(content: Mapping[str, Any]) -> list[str]:
    """Return number, customer and date, which identify the document."""
    return [content["number"].strip(), _key(content["relation_code"]), str(content["date"])]


def line_key(line: Mapping[str, Any]) -> list[str]:
    """Return the fields of a line that both sides have, without its text."""
    figures = [f"{Decimal(line[k]):.2f}" for k in ("quantity", "price", "net", "vat") if k in line]
    return [*figures, line["vat_code"], line["ledger_account"], str(line["cost_centre_id"] or 0)]


def texts(content: Mapping[str, Any]) -> list[str]:
    """Return the texts of the lines, as far as both sides keep them."""
    return [_plain(line["description"]) for line in content["lines"] if "description" in line]


def booked_as_content(booked: BookedInvoice | BookedEntry) -> dict[str, Any]:
    """Return a record in e-Boekhouden with the field names of a payload's message."""
    content = json.loads(json.dumps(asdict(booked), default=str))
    if isinstance(booked, BookedEntry):
        content |= {"number": booked.invoice_number, "gross": str(booked.gross)}
    return content


def _key(code: str) -> str:
    return code.strip().casefold()


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _hashed(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
