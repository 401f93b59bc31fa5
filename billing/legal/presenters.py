"""Findings as a reader sees them: a sentence, and a link if the reader may fix it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership

from ..documents.document import InvoiceDocument
from ..models import Invoice, Origin
from .drafts import check_draft
from .findings import Finding, Findings, Place, Where

# Only administrators may change these.
SETTINGS = frozenset({Where.ORGANISATION, Where.VAT_RATE, Where.INVOICE_SETTINGS})


@dataclass(frozen=True)
class FindingSummary:
    """One finding. Without `url` the reader may not fix it; `label` then says who can."""

    text: str
    is_error: bool
    url: str
    label: str


@dataclass(frozen=True)
class Report:
    """The findings of one draft, for its page."""

    errors: tuple[FindingSummary, ...]
    warnings: tuple[FindingSummary, ...]


def draft_report(
    invoice: Invoice,
    document: InvoiceDocument | None = None,
    *,
    reader: Membership,
    today: datetime.date,
) -> Report | None:
    """Check a draft that will be issued here; None for any other invoice.

    `document` is its document, if it was loaded before.
    """
    if not invoice.is_draft or invoice.origin != Origin.HERE:
        return None
    return report(check_draft(invoice, document, today=today), invoice, reader=reader)


def report(findings: Findings, invoice: Invoice, *, reader: Membership) -> Report:
    """Summarise the errors and the warnings of an invoice, each with its link."""

    def summaries(found: Iterable[Finding]) -> tuple[FindingSummary, ...]:
        return tuple(_summary(one, invoice, reader) for one in found)

    return Report(summaries(findings.errors), summaries(findings.warnings))


def _summary(finding: Finding, invoice: Invoice, reader: Membership) -> FindingSummary:
    where = finding.place.where
    if whom := whom_to_ask(where, reader):
        return FindingSummary(finding.text, finding.is_error, "", whom)
    url = url_of(finding.place, invoice_id=invoice.pk, customer_id=invoice.customer_id)
    return FindingSummary(finding.text, finding.is_error, url, label_of(where))


def whom_to_ask(where: Where, reader: Membership) -> str:
    """Return who may change this if the reader may not; empty if they may."""
    if where in SETTINGS and not reader.is_administrator:
        return _("Ask an administrator.")
    if where is Where.CUSTOMER and not reader.is_manager:
        return _("Ask a project manager.")
    return ""


def url_of(place: Place, *, customer_id: int, invoice_id: int = 0) -> str:
    """Return the address of the page of a place, at its field."""
    match place.where:
        case Where.ORGANISATION:
            page = reverse("accounts:organisation-settings")
        case Where.CUSTOMER:
            page = reverse("customers:customer-edit", args=[customer_id])
        case Where.VAT_RATE:
            page = reverse("billing:vat-rate-edit", args=[place.pk])
        case Where.INVOICE_SETTINGS:
            page = reverse("billing:invoice-settings")
        case _:
            page = reverse("billing:invoice-edit", args=[invoice_id])
    return f"{page}#id_{place.field}" if place.field else page


def label_of(where: Where) -> str:
    """Return the text of the link to a place."""
    labels = {
        Where.ORGANISATION: _("To the organisation"),
        Where.CUSTOMER: _("To the customer"),
        Where.VAT_RATE: _("To the VAT rate"),
        Where.INVOICE_SETTINGS: _("To the invoice settings"),
        Where.DRAFT: _("Edit the draft"),
    }
    return labels[where]
