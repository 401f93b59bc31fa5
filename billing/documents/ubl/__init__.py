"""The invoice on the wire: UBL 2.1 after the Dutch profile of EN 16931 (NLCIUS, SI-UBL 2.0)."""

from .document import invoice_ubl

__all__ = ["invoice_ubl"]
