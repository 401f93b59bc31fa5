"""The invoice on paper: what it says (content) and how it looks (drawing)."""

from .drawing import invoice_pdf, paper_picture

__all__ = ["invoice_pdf", "paper_picture"]
