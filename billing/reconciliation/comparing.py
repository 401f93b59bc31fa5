"""Compare our bookings with the documents in e-Boekhouden. Pure: no database, no network.

- A local document that is not found has vanished, if it was also looked up by its number.
- A document that is found once is compared field by field.
- A document that is found twice is a duplicate; its content is not compared.
- A document with a number of our series but no booking is unmatched (unmatched.py).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from lib.money import CENT

from ..models import DifferenceKind
from .documents import Content, DocumentKind, LocalDocument, RemoteDocument, key_of
from .sides import Discovery, Sides
from .unmatched import duplicates, unknown_documents

HEAD = ("relation_code", "date", "payment_term", "account")


def discoveries(sides: Sides) -> list[Discovery]:
    """Return all differences, each with its own key."""
    found: list[Discovery] = []
    for local in sides.local:
        if local.is_judged:
            found += _compare_document(local, sides)
    found += [*duplicates(sides), *unknown_documents(sides)]
    return list({discovery.key: discovery for discovery in found}.values())


def missing(sides: Sides) -> list[tuple[LocalDocument, DocumentKind]]:
    """Return bookings that were not among the documents read, to look up by number.

    An invoice that is also entered in the ledger must exist in both places. If no invoice at all is
    found in the ledger, this administration does not show them there, so none is looked up.
    """
    judged = [local for local in sides.local if local.is_judged]
    expected = [(local, local.kind) for local in judged]
    if ledger_shows_invoices(sides):
        expected += [(local, DocumentKind.ENTRY) for local in judged if local.enters_ledger]
    return [(local, kind) for local, kind in expected if not sides.remote.find(kind, local.key)]


def ledger_shows_invoices(sides: Sides) -> bool:
    """Return whether the ledger entry of any invoice was found."""
    return any(
        local.enters_ledger and sides.remote.find(DocumentKind.ENTRY, local.key)
        for local in sides.local
        if local.is_judged
    )


# --- One booking ----------------------------------------------------------------------------------


def _compare_document(local: LocalDocument, sides: Sides) -> Iterator[Discovery]:
    found = sides.remote.find(local.kind, local.key)
    invoices = sides.remote.find(DocumentKind.INVOICE, local.key)
    if local.kind is DocumentKind.ENTRY and invoices:
        yield _duplicate(local, "both", [*found, *invoices])
    elif len(found) > 1:
        yield _duplicate(local, f"two-{local.kind}", found)
    elif found:
        yield from _content(local, found[0])
    elif (local.booking_id, local.kind) in sides.absent:
        yield Discovery(
            kind=DifferenceKind.VANISHED, reason=local.kind, number=local.number, local=local
        )
    if local.enters_ledger and len(invoices) == 1:
        yield from _in_ledger(local, invoices[0], sides)
    if local.correlation_id and (copies := _with_token(local, sides)):
        yield _duplicate(
            local, "correlation_id", [*sides.remote.find(DocumentKind.ENTRY, local.key), *copies]
        )


def _with_token(local: LocalDocument, sides: Sides) -> list[RemoteDocument]:
    return [
        document
        for document in sides.remote.by_correlation_id.get(local.correlation_id, ())
        if document.key != local.key
    ]


def _duplicate(local: LocalDocument, reason: str, found: Sequence[RemoteDocument]) -> Discovery:
    return Discovery(
        kind=DifferenceKind.DOUBLE,
        reason=reason,
        number=local.number,
        local=local,
        remote=tuple(found),
    )


def _in_ledger(local: LocalDocument, invoice: RemoteDocument, sides: Sides) -> Iterator[Discovery]:
    """Check the ledger entry of an invoice that was booked at once: one, with our total."""
    entries = sides.remote.find(DocumentKind.ENTRY, local.key)
    if len(entries) > 1:
        yield _duplicate(local, "two-entry", entries)
    elif entries and entries[0].content["gross"] != local.content["gross"]:
        yield Discovery(
            kind=DifferenceKind.TOTAL,
            reason="its-entry",
            number=local.number,
            local=local,
            remote=(invoice, *entries),
            differs=("gross",),
        )
    elif (local.booking_id, DocumentKind.ENTRY) in sides.absent:
        yield Discovery(
            kind=DifferenceKind.VANISHED,
            reason="its-entry",
            number=local.number,
            local=local,
            remote=(invoice,),
        )


# --- Field by field -------------------------------------------------------------------------------


def _content(local: LocalDocument, remote: RemoteDocument) -> Iterator[Discovery]:
    differs = differences(local.content, remote.content)
    if differs:
        only_cents = set(differs) <= {"gross", "net", "vat"} and _is_within_cents(local, remote)
        kind = (
            DifferenceKind.TOTAL if only_cents or differs == ["gross"] else DifferenceKind.CHANGED
        )
        yield Discovery(
            kind=kind,
            reason=local.kind,
            number=local.number,
            local=local,
            remote=(remote,),
            differs=tuple(differs),
        )


def _is_within_cents(local: LocalDocument, remote: RemoteDocument) -> bool:
    """Return whether rounding can explain the difference: at most a cent per line."""
    difference = abs(Decimal(remote.content["gross"]) - Decimal(local.content["gross"]))
    return 0 < difference <= CENT * len(local.content["lines"])


def differences(local: Content, remote: Content) -> list[str]:
    """Return the names of the fields that differ, in the order of a document."""
    found = [name for name in HEAD if _values_differ(local[name], remote[name])]
    local_lines, remote_lines = unmatched_lines(local["lines"], remote["lines"])
    if len(local_lines) != len(remote_lines):
        found.append("lines")
    else:
        pairs = list(zip(local_lines, remote_lines, strict=True))
        names = dict.fromkeys(name for line in local_lines for name in line)
        found += [
            n
            for n in names
            if any(local_line[n] != remote_line.get(n, "") for local_line, remote_line in pairs)
        ]
    if local["gross"] != remote["gross"]:
        found.append("gross")
    return found


def _values_differ(local: str, remote: str) -> bool:
    """Return whether both sides have a value, and the values differ.

    An invoice, for instance, has no debtors account.
    """
    return bool(local and remote) and key_of(local) != key_of(remote)


Line = dict[str, str]


def unmatched_lines(local: Sequence[Line], remote: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines that only one side has, whatever their order."""
    remote_only, local_only = list(remote), []
    for line in local:
        if line in remote_only:
            remote_only.remove(line)
        else:
            local_only.append(line)
    return local_only, remote_only
