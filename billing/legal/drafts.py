"""All that is checked before a draft becomes final: the law, the e-invoice, the typefaces."""

import datetime
from collections.abc import Iterator

from ..documents.document import InvoiceDocument, invoice_document_of
from ..models import Invoice
from .check import check
from .e_invoice import e_invoice_findings
from .findings import Finding, Findings, Place, Where
from .loading import document_of
from .typefaces import letters_can_be_printed

ADDRESS = frozenset({"name", "address", "postal_code", "city"})


def check_draft(
    invoice: Invoice, document: InvoiceDocument | None = None, *, today: datetime.date
) -> Findings:
    """Return all findings of a draft; with an error it must not become final.

    `document` is its document, if it was loaded before.
    """
    document = invoice_document_of(invoice) if document is None else document
    lawful = check(document_of(invoice, document, today=today))
    more = (*_e_invoice(document, lawful), *letters_can_be_printed(document))
    return Findings((*lawful.all, *more))


def _e_invoice(document: InvoiceDocument, lawful: Findings) -> Iterator[Finding]:
    """Yield what the e-invoice lacks where the law check has no error about the same field."""
    said = {_subject(finding.place) for finding in lawful.errors}
    for finding in e_invoice_findings(document):
        if _subject(finding.place) not in said:
            yield finding


def _subject(place: Place) -> tuple[Where, str]:
    """Return object and field; an address counts as one field."""
    field = place.field.removeprefix("postal_") if place.where is Where.CUSTOMER else place.field
    return place.where, "address" if field in ADDRESS or place.field in ADDRESS else field
