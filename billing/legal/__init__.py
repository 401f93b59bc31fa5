"""The law check: whether an invoice meets the legal requirements, before it becomes final.

The rules (parties, content, taxes, books) are pure functions of an invoice, each with its source.
The Act is the Dutch Turnover Tax Act 1968, the Directive is 2006/112/EC. Art. 226 of the Directive
and art. 35a(1) of the Act have the same requirements in the same order. `docs/vat.md` lists the
rules.
"""

from .check import RULES, check
from .drafts import check_draft
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
    "check_draft",
    "document_of",
    "documents_of",
]
