"""An invoice with everything that stands on it: what the PDF and the UBL are made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registrations.models import Expense

from ..models import Invoice, InvoiceLine
from .parties import addressee_snapshot, issuer_snapshot
from .specification import lines_with_rows
from .supply import supply_period

Snapshot = Mapping[str, str]


@dataclass(frozen=True)
class InvoiceDocument:
    """An invoice, its lines, who issues and who receives it, and what goes along.

    A credit invoice has negative amounts.
    """

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    issuer: Snapshot
    addressee: Snapshot
    supplied: tuple[datetime.date, datetime.date] | None = None
    receipts: tuple[Expense, ...] = ()

    @property
    def is_credit(self) -> bool:
        return self.invoice.credit_of_id is not None

    @property
    def has_discounts(self) -> bool:
        """Some line has a discount of its own."""
        return any(line.discount for line in self.lines)

    def signed(self, amount: Decimal) -> Decimal:
        """An amount or quantity with the other sign where this is a credit invoice."""
        return -amount if self.is_credit else amount


def invoice_document_of(invoice: Invoice) -> InvoiceDocument:
    """A final invoice as it was frozen; a draft as of now."""
    issuer, addressee = parties(invoice)
    shows_rows = invoice.is_draft and invoice.with_specification
    lines = lines_with_rows(invoice) if shows_rows else invoice.lines.all()
    return InvoiceDocument(
        invoice=invoice,
        lines=tuple(lines),
        issuer=issuer,
        addressee=addressee,
        supplied=supply_period(invoice),
        receipts=_receipts(invoice),
    )


def parties(invoice: Invoice) -> tuple[Snapshot, Snapshot]:
    """Who issues it and who receives it: the copies of a final invoice, of a draft as of now."""
    return (
        invoice.issuer or issuer_snapshot(invoice.organisation),
        invoice.addressee or addressee_snapshot(invoice.customer),
    )


def _receipts(invoice: Invoice) -> tuple[Expense, ...]:
    """The expenses on it that have a receipt, if they go along."""
    if not invoice.with_receipts:
        return ()
    billed = Expense.objects.filter(invoice_line__invoice=invoice).exclude(receipt="")
    return tuple(billed.select_related("category").order_by("date", "pk"))
