"""The invoice on paper: what it says (content), how it looks (drawing), what stays (keeping)."""

from .drawing import invoice_pdf
from .keeping import issue_pdf

__all__ = ["invoice_pdf", "issue_pdf"]
