"""The PDF of an invoice: its texts (content) and its layout (drawing)."""

from .drawing import document_picture, invoice_pdf

__all__ = ["document_picture", "invoice_pdf"]
