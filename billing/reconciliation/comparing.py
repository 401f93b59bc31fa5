"""Comparing our bookings with the documents in e-Boekhouden. Pure: no database, no network.

- A local document that is nowhere has vanished, if it was looked up by its number too.
- A document that is there once is compared field by field.
- A number that is there twice is a double, and then its content is not compared.
- A number of one of our series without a booking is unmatched (unmatched.py).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..models import DifferenceKind
from .documents import Content, LocalDocument, RemoteDocument, Sort, key_of
from .sides import Discovery, Sides
from .unmatched import duplicates, unknown_documents

HEAD = ("relation_code", "date", "payment_term", "account")
CENT = Decimal("0.01")


def discoveries(sides: Sides) -> list[Discovery]:
    """Everything that differs; each difference has its own key."""
    found: list[Discovery] = []
    for local in sides.local:
        if local.is_judged:
            found += _about(local, sides)
    found += [*duplicates(sides), *unknown_documents(sides)]
    return list({one.key: one for one in found}.values())


def missing(sides: Sides) -> list[tuple[LocalDocument, Sort]]:
    """Bookings that were not among the documents read, and must be looked up by number.

    An invoice that was also entered in the ledger must stand in both places; where no invoice at
    all is seen in the ledger, this administration does not show them there, and none is missed.
    """
    judged = [local for local in sides.local if local.is_judged]
    wanted = [(local, local.sort) for local in judged]
    if ledger_shows_invoices(sides):
        wanted += [(local, Sort.ENTRY) for local in judged if local.enters_ledger]
    return [(local, sort) for local, sort in wanted if not sides.remote.find(sort, local.key)]


def ledger_shows_invoices(sides: Sides) -> bool:
    """Whether the entry of any invoice was seen."""
    return any(
        local.enters_ledger and sides.remote.find(Sort.ENTRY, local.key)
        for local in sides.local
        if local.is_judged
    )


# --- One booking ----------------------------------------------------------------------------------


def _about(local: LocalDocument, sides: Sides) -> Iterator[Discovery]:
    found = sides.remote.find(local.sort, local.key)
    invoices = sides.remote.find(Sort.INVOICE, local.key)
    if local.sort is Sort.ENTRY and invoices:
        yield _double(local, "both", [*found, *invoices])
    elif len(found) > 1:
        yield _double(local, f"two-{local.sort}", found)
    elif found:
        yield from _content(local, found[0])
    elif (local.booking_id, local.sort) in sides.absent:
        yield Discovery(
            kind=DifferenceKind.VANISHED, reason=local.sort, number=local.number, local=local
        )
    if local.enters_ledger and len(invoices) == 1:
        yield from _in_ledger(local, invoices[0], sides)
    if local.correlation_id and (copies := _with_token(local, sides)):
        yield _double(local, "correlation_id", [*sides.remote.find(Sort.ENTRY, local.key), *copies])


def _with_token(local: LocalDocument, sides: Sides) -> list[RemoteDocument]:
    return [
        one for one in sides.remote.marked.get(local.correlation_id, ()) if one.key != local.key
    ]


def _double(local: LocalDocument, reason: str, found: Sequence[RemoteDocument]) -> Discovery:
    return Discovery(
        kind=DifferenceKind.DOUBLE,
        reason=reason,
        number=local.number,
        local=local,
        remote=tuple(found),
    )


def _in_ledger(local: LocalDocument, invoice: RemoteDocument, sides: Sides) -> Iterator[Discovery]:
    """The ledger entry of an invoice that was booked at once: one, with our total."""
    entries = sides.remote.find(Sort.ENTRY, local.key)
    if len(entries) > 1:
        yield _double(local, "two-entry", entries)
    elif entries and entries[0].content["gross"] != local.content["gross"]:
        yield Discovery(
            kind=DifferenceKind.TOTAL,
            reason="its-entry",
            number=local.number,
            local=local,
            remote=(invoice, *entries),
            differs=("gross",),
        )
    elif (local.booking_id, Sort.ENTRY) in sides.absent:
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
            reason=local.sort,
            number=local.number,
            local=local,
            remote=(remote,),
            differs=tuple(differs),
        )


def _is_within_cents(local: LocalDocument, remote: RemoteDocument) -> bool:
    """A cent per line, which rounding explains."""
    apart = abs(Decimal(remote.content["gross"]) - Decimal(local.content["gross"]))
    return 0 < apart <= CENT * len(local.content["lines"])


def differences(local: Content, remote: Content) -> list[str]:
    """Names of the fields that differ, in the order in which people read a document."""
    found = [name for name in HEAD if _says_otherwise(local[name], remote[name])]
    local_lines, remote_lines = leftovers(local["lines"], remote["lines"])
    if len(local_lines) != len(remote_lines):
        found.append("lines")
    else:
        pairs = list(zip(local_lines, remote_lines, strict=True))
        names = dict.fromkeys(name for line in local_lines for name in line)
        found += [n for n in names if any(one[n] != other.get(n, "") for one, other in pairs)]
    if local["gross"] != remote["gross"]:
        found.append("gross")
    return found


def _says_otherwise(local: str, remote: str) -> bool:
    """A field that one side lacks (an invoice has no debtors account) is no difference."""
    return bool(local and remote) and key_of(local) != key_of(remote)


Line = dict[str, str]


def leftovers(local: Sequence[Line], remote: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines that are not on both sides, in any order."""
    left, alone = list(remote), []
    for line in local:
        if line in left:
            left.remove(line)
        else:
            alone.append(line)
    return alone, left
