"""The VAT category of a line on an e-invoice (BT-151), which can depend on the seller."""

from decimal import Decimal

from vat.treatments import OUT_OF_SCOPE, category_of

from ..document import InvoiceDocument
from .identifiers import vat_number

EXEMPT = "E"


def category(document: InvoiceDocument, treatment: str, percentage: Decimal) -> str:
    """Return the category: that of the treatment, but O for an exempt seller without VAT number.

    "Exempt" requires a VAT number of the seller (BR-E-02); "not subject to VAT" forbids it
    (BR-O-02). A small business that was never registered has none.
    """
    code = category_of(treatment, percentage)
    return OUT_OF_SCOPE if code == EXEMPT and not vat_number(document.issuer) else code


def is_out_of_scope(document: InvoiceDocument) -> bool:
    """Whether nothing is subject to VAT: then the parties have no VAT number (BR-O-02)."""
    return all(
        category(document, line.vat_treatment, line.vat_percentage) == OUT_OF_SCOPE
        for line in document.lines
    )
