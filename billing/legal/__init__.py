"""Whether an invoice says everything that the law asks of it, before it becomes final.

The rules (parties, content, taxes, books) are pure functions over a plain view of the invoice, each
with its source. The Act is the Dutch Turnover Tax Act 1968, the Directive is 2006/112/EC, of which
art. 226 and art. 35a(1) of the Act say the same in the same order. `docs/vat.md` has the list.
"""

from .check import RULES, check
from .findings import Finding, Findings, Place, Severity, Where
from .loading import document_of, documents_of
from .view import Document, Party

__all__ = [
    "RULES",
    "Document",
    "Finding",
    "Findings",
    "Party",
    "Place",
    "Severity",
    "Where",
    "check",
    "document_of",
    "documents_of",
]
