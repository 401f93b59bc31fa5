"""The UBL of an invoice: UBL 2.1 in the Dutch profile of EN 16931 (NLCIUS, SI-UBL 2.0)."""

from .document import invoice_ubl

__all__ = ["invoice_ubl"]
