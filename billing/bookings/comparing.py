"""Is what stands in e-Boekhouden ours? Existing, and existing with other content, are two."""

from collections.abc import Sequence
from decimal import Decimal

from integrations.eboekhouden.messages import BookedEntry, BookedInvoice, Relation

from .decisions import Finding
from .payloads import Payload, booked_as_content, identity, line_key, same_name, texts

CENT = Decimal("0.01")


def compare_invoice(
    payload: Payload, candidates: Sequence[BookedInvoice]
) -> tuple[Finding, BookedInvoice | None]:
    """Our invoice against the invoices with its number.

    They compute the total, so it may differ a cent a line and still be this invoice; the difference
    is shown afterwards.
    """
    if len(candidates) != 1:
        return (Finding.SEVERAL if candidates else Finding.ABSENT), None
    booked = candidates[0]
    slack = CENT * len(payload["message"]["lines"])
    return _compare(payload, booked, booked.gross, slack=slack), booked


def compare_entry(
    payload: Payload, candidates: Sequence[BookedEntry]
) -> tuple[Finding, BookedEntry | None]:
    """Our sales entry against the entries with its number; amounts are ours, so to the cent."""
    if len(candidates) != 1:
        return (Finding.SEVERAL if candidates else Finding.ABSENT), None
    booked = candidates[0]
    finding = _compare(payload, booked, booked.gross, slack=Decimal(0))
    token = payload["message"]["document"]
    if finding in (Finding.SAME, Finding.SAME_BUT_TEXT) and booked.document.strip() == token:
        return Finding.SAME_WITH_TOKEN, booked
    return finding, booked


def compare_relation(
    payload: Payload, candidates: Sequence[Relation]
) -> tuple[Finding, Relation | None]:
    """Our customer against the relations with its number.

    A relation with this number and name is this customer; another name under the number is for a
    person to judge.
    """
    if len(candidates) != 1:
        return (Finding.SEVERAL if candidates else Finding.ABSENT), None
    ours, theirs = payload["message"], candidates[0]
    known = bool(ours["token"]) and theirs.token.strip() == ours["token"]
    if known or same_name(ours["name"], theirs.name):
        return Finding.SAME_WITH_TOKEN, theirs
    return Finding.DIFFERENT, theirs


def _compare(
    payload: Payload, booked: BookedInvoice | BookedEntry, gross: Decimal, *, slack: Decimal
) -> Finding:
    ours, theirs = payload["message"], booked_as_content(booked)
    if not ours["number"]:
        theirs["number"] = ""
    if identity(ours) != identity(theirs) or abs(gross - Decimal(payload["gross"])) > slack:
        return Finding.DIFFERENT
    our_lines = sorted(line_key(line) for line in ours["lines"])
    their_lines = sorted(line_key(line) for line in theirs["lines"])
    if our_lines != their_lines:
        return Finding.SAME_BUT_TEXT
    if isinstance(booked, BookedInvoice) and sorted(texts(ours)) != sorted(texts(theirs)):
        return Finding.SAME_BUT_TEXT
    return Finding.SAME


def difference(payload: Payload, booked: BookedInvoice | BookedEntry) -> Decimal:
    """Their total minus ours, in euros incl. VAT; zero when they agree to the cent."""
    return booked.gross - Decimal(payload["gross"])
