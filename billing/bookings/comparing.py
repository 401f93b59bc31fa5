"""Is what stands in e-Boekhouden ours? Existing, and existing with other content, are two."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from integrations.eboekhouden.messages import BookedEntry, BookedInvoice, Relation

from .decisions import LookUpResult
from .payloads import Payload, booked_as_content, identity, line_key, same_name, texts

CENT = Decimal("0.01")


Candidate = TypeVar("Candidate", BookedInvoice, BookedEntry, Relation)


def compare_invoice(
    payload: Payload, candidates: Sequence[BookedInvoice]
) -> tuple[LookUpResult, BookedInvoice | None]:
    """Our invoice against the invoices with its number.

    They compute the total, so it may differ a cent a line and still be this invoice; the difference
    is shown afterwards.
    """
    slack = CENT * len(payload["message"]["lines"])
    return _ours_among(candidates, lambda one: _compare(payload, one, one.gross, slack=slack))


def compare_entry(
    payload: Payload, candidates: Sequence[BookedEntry]
) -> tuple[LookUpResult, BookedEntry | None]:
    """Our sales entry against the entries with its number; amounts are ours, so to the cent."""
    return _ours_among(candidates, lambda one: _compare_entry(payload, one))


def _compare_entry(payload: Payload, booked: BookedEntry) -> LookUpResult:
    result = _compare(payload, booked, booked.gross, slack=Decimal(0))
    correlation_id = payload["message"]["document"]
    if (
        result in (LookUpResult.SAME, LookUpResult.SAME_BUT_TEXT)
        and booked.document.strip() == correlation_id
    ):
        return LookUpResult.SAME_WITH_TOKEN
    return result


def compare_relation(
    payload: Payload, candidates: Sequence[Relation]
) -> tuple[LookUpResult, Relation | None]:
    """Our customer against the relations with its number.

    A relation with this number and name is this customer; another name under the number is for a
    person to judge.
    """
    return _ours_among(candidates, lambda one: _compare_relation(payload, one))


def _compare_relation(payload: Payload, theirs: Relation) -> LookUpResult:
    ours = payload["message"]
    known = bool(ours["correlation_id"]) and theirs.correlation_id.strip() == ours["correlation_id"]
    same = known or same_name(ours["name"], theirs.name)
    return LookUpResult.SAME_WITH_TOKEN if same else LookUpResult.DIFFERENT


def _ours_among(
    candidates: Sequence[Candidate], compare: Callable[[Candidate], LookUpResult]
) -> tuple[LookUpResult, Candidate | None]:
    """The one that is ours; of several under one name only if exactly one can be it."""
    if not candidates:
        return LookUpResult.ABSENT, None
    compared = [(compare(one), one) for one in candidates]
    ours = [found for found in compared if found[0] is not LookUpResult.DIFFERENT]
    if len(compared) == 1 or len(ours) == 1:
        return (ours or compared)[0]
    return LookUpResult.SEVERAL, None


def _compare(
    payload: Payload, booked: BookedInvoice | BookedEntry, gross: Decimal, *, slack: Decimal
) -> LookUpResult:
    ours, theirs = payload["message"], booked_as_content(booked)
    if not ours["number"]:
        theirs["number"] = ""
    if identity(ours) != identity(theirs) or abs(gross - Decimal(payload["gross"])) > slack:
        return LookUpResult.DIFFERENT
    our_lines = sorted(line_key(line) for line in ours["lines"])
    their_lines = sorted(line_key(line) for line in theirs["lines"])
    if our_lines != their_lines:
        return LookUpResult.SAME_BUT_TEXT
    if isinstance(booked, BookedInvoice) and sorted(texts(ours)) != sorted(texts(theirs)):
        return LookUpResult.SAME_BUT_TEXT
    return LookUpResult.SAME


def difference(payload: Payload, booked: BookedInvoice | BookedEntry) -> Decimal:
    """Their total minus ours, in euros incl. VAT; zero when they agree to the cent."""
    return booked.gross - Decimal(payload["gross"])
