"""What the parts of a document share: the invoice with its copies, and the sign of its amounts."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..models import Invoice, InvoiceLine


@dataclass(frozen=True)
class Paper:
    """A final invoice as it was frozen, ready to be written.

    A credit invoice has negative amounts, and is a credit note with positive ones.
    """

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    issuer: Mapping[str, str]
    addressee: Mapping[str, str]
    supplied: tuple[datetime.date, datetime.date] | None

    @property
    def is_credit(self) -> bool:
        return self.invoice.credit_of_id is not None

    def signed(self, amount: Decimal) -> Decimal:
        """An amount or quantity of the invoice as this document says it."""
        return -amount if self.is_credit else amount
