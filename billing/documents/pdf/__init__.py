"""The invoice on paper: what it says (content) and how it looks (drawing)."""

from .drawing import document_picture, invoice_pdf

__all__ = ["document_picture", "invoice_pdf"]
