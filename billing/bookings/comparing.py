"""Comparing a booking with the records in e-Boekhouden that have its number."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from customers.matching import same_name
from integrations.eboekhouden.messages import BookedEntry, BookedInvoice, Relation
from lib.money import CENT

from .decisions import LookUpResult
from .payloads import Payload, booked_as_content, identity, line_key, texts

Candidate = TypeVar("Candidate", BookedInvoice, BookedEntry, Relation)


def compare_invoice(
    payload: Payload, candidates: Sequence[BookedInvoice]
) -> tuple[LookUpResult, BookedInvoice | None]:
    """Compare our invoice with the invoices that have its number.

    e-Boekhouden computes the total, so it may differ by a cent per line and still be this invoice.
    The difference is shown afterwards.
    """
    slack = CENT * len(payload["message"]["lines"])
    return _ours_among(candidates, lambda one: _compare(payload, one, one.gross, slack=slack))


def compare_entry(
    payload: Payload, candidates: Sequence[BookedEntry]
) -> tuple[LookUpResult, BookedEntry | None]:
    """Compare our sales entry with the entries that have its number, to the cent."""
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
    """Compare our customer with the relations that have its number.

    A relation with this number and name is this customer. If the name differs, a person decides.
    """
    return _ours_among(candidates, lambda one: _compare_relation(payload, one))


def _compare_relation(payload: Payload, remote: Relation) -> LookUpResult:
    local = payload["message"]
    known = (
        bool(local["correlation_id"]) and remote.correlation_id.strip() == local["correlation_id"]
    )
    same = known or same_name(local["name"], remote.name)
    return LookUpResult.SAME_WITH_TOKEN if same else LookUpResult.DIFFERENT


def _ours_among(
    candidates: Sequence[Candidate], compare: Callable[[Candidate], LookUpResult]
) -> tuple[LookUpResult, Candidate | None]:
    """Return the candidate that is ours; of several candidates, only if exactly one can be."""
    if not candidates:
        return LookUpResult.ABSENT, None
    compared = [(compare(one), one) for one in candidates]
    local = [found for found in compared if found[0] is not LookUpResult.DIFFERENT]
    if len(compared) == 1 or len(local) == 1:
        return (local or compared)[0]
    return LookUpResult.SEVERAL, None


def _compare(
    payload: Payload, booked: BookedInvoice | BookedEntry, gross: Decimal, *, slack: Decimal
) -> LookUpResult:
    local, remote = payload["message"], booked_as_content(booked)
    if not local["number"]:
        remote["number"] = ""
    if identity(local) != identity(remote) or abs(gross - Decimal(payload["gross"])) > slack:
        return LookUpResult.DIFFERENT
    local_lines = sorted(line_key(line) for line in local["lines"])
    remote_lines = sorted(line_key(line) for line in remote["lines"])
    if local_lines != remote_lines:
        return LookUpResult.SAME_BUT_TEXT
    if isinstance(booked, BookedInvoice) and sorted(texts(local)) != sorted(texts(remote)):
        return LookUpResult.SAME_BUT_TEXT
    return LookUpResult.SAME


def difference(payload: Payload, booked: BookedInvoice | BookedEntry) -> Decimal:
    """The total in e-Boekhouden minus ours, in euros incl. VAT; zero if they agree to the cent."""
    return booked.gross - Decimal(payload["gross"])
