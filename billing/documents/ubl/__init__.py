"""The UBL of an invoice, by EN 16931 and NLCIUS (SI-UBL 2.0), and the rules that it must meet."""

from .document import draft_root, invoice_ubl
from .rules import Broken, Part, broken_rules

__all__ = ["Broken", "Part", "broken_rules", "draft_root", "invoice_ubl"]
