"""An invoice with all data that its PDF and UBL contain."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registrations.models import Expense

from ..models import Invoice, InvoiceLine
from .parties import addressee_snapshot, issuer_snapshot
from .specification import lines_with_rows
from .supply import supply_of, supply_period

Snapshot = Mapping[str, str]


@dataclass(frozen=True)
class InvoiceDocument:
    """An invoice with its lines, issuer, addressee, period of supply and receipts.

    A credit invoice has negative amounts. `row_count` counts the billed rows of a draft.
    """

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    issuer: Snapshot
    addressee: Snapshot
    supplied: tuple[datetime.date, datetime.date] | None = None
    receipts: tuple[Expense, ...] = ()
    row_count: int = 0

    @property
    def is_credit(self) -> bool:
        return self.invoice.credit_of_id is not None

    @property
    def asks_payment(self) -> bool:
        """Whether there is an amount to pay: not for a credit, and not at zero or below it."""
        return not self.is_credit and self.invoice.gross > 0

    @property
    def has_discounts(self) -> bool:
        """Whether a line has its own discount."""
        return any(line.discount for line in self.lines)

    def signed(self, amount: Decimal) -> Decimal:
        """Reverse the sign of an amount or quantity if this is a credit invoice."""
        return -amount if self.is_credit else amount


def invoice_document_of(invoice: Invoice) -> InvoiceDocument:
    """Load the document: from the snapshots of a final invoice, from current data for a draft."""
    issuer, addressee = parties(invoice)
    shows_rows = invoice.is_draft and invoice.with_specification
    lines = lines_with_rows(invoice) if shows_rows else invoice.lines.select_related("vat_rate")
    supply = supply_of(invoice)
    return InvoiceDocument(
        invoice=invoice,
        lines=tuple(lines),
        issuer=issuer,
        addressee=addressee,
        supplied=supply.period,
        receipts=_receipts(invoice),
        row_count=supply.row_count,
    )


def ubl_document_of(invoice: Invoice) -> InvoiceDocument:
    """Load what the UBL contains: no specification and no receipts."""
    issuer, addressee = parties(invoice)
    return InvoiceDocument(
        invoice=invoice,
        lines=tuple(invoice.lines.all()),
        issuer=issuer,
        addressee=addressee,
        supplied=supply_period(invoice),
    )


def parties(invoice: Invoice) -> tuple[Snapshot, Snapshot]:
    """Return issuer and addressee: the snapshots of a final invoice, current data of a draft."""
    return (
        invoice.issuer or issuer_snapshot(invoice.organisation),
        invoice.addressee or addressee_snapshot(invoice.customer),
    )


def _receipts(invoice: Invoice) -> tuple[Expense, ...]:
    """Return the billed expenses with a receipt, if receipts are attached."""
    if not invoice.with_receipts:
        return ()
    billed = Expense.objects.filter(invoice_line__invoice=invoice).exclude(receipt="")
    return tuple(billed.select_related("category").order_by("date", "pk"))
