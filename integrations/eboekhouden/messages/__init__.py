"""Messages to and from e-Boekhouden, as plain values with English names.

Only the modules of this package know the service's Dutch field names.
"""

from .entries import BookedEntry, EntryKind, SalesEntry, SalesEntryLine
from .invoices import BookedInvoice, Invoice, InvoiceLine
from .ledger import Administration, CostCentre, LedgerAccount, OpenItem
from .relations import Relation
from .sessions import Credentials

__all__ = [
    "Administration",
    "BookedEntry",
    "BookedInvoice",
    "CostCentre",
    "Credentials",
    "EntryKind",
    "Invoice",
    "InvoiceLine",
    "LedgerAccount",
    "OpenItem",
    "Relation",
    "SalesEntry",
    "SalesEntryLine",
]
