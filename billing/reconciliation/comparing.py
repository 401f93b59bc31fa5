"""Comparing our bookings with the documents in e-Boekhouden. Pure: no database, no network.

- A document of ours that is nowhere has vanished, if it was looked up by its number too.
- A document that is there once is compared field by field.
- A number that is there twice is a double, and then its content is not compared.
- A number of one of our series without a booking is not ours (unmatched.py).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..models import DifferenceKind
from .documents import Content, Document, Ours, Sort, key_of
from .sides import Discovery, Sides
from .unmatched import duplicates, unknown_documents

HEAD = ("relation_code", "date", "payment_term", "account")
CENT = Decimal("0.01")


def discoveries(sides: Sides) -> list[Discovery]:
    """Everything that differs; each difference has its own key."""
    found: list[Discovery] = []
    for ours in sides.ours:
        if ours.is_judged:
            found += _about(ours, sides)
    found += [*duplicates(sides), *unknown_documents(sides)]
    return list({one.key: one for one in found}.values())


def missing(sides: Sides) -> list[tuple[Ours, Sort]]:
    """Bookings that were not among the documents read, and must be looked up by number.

    An invoice that was also entered in the ledger must stand in both places; where no invoice at
    all is seen in the ledger, this administration does not show them there, and none is missed.
    """
    judged = [ours for ours in sides.ours if ours.is_judged]
    wanted = [(ours, ours.sort) for ours in judged]
    if ledger_shows_invoices(sides):
        wanted += [(ours, Sort.ENTRY) for ours in judged if ours.enters_ledger]
    return [(ours, sort) for ours, sort in wanted if not sides.there.find(sort, ours.key)]


def ledger_shows_invoices(sides: Sides) -> bool:
    """Whether the entry of any invoice was seen."""
    return any(
        ours.enters_ledger and sides.there.find(Sort.ENTRY, ours.key)
        for ours in sides.ours
        if ours.is_judged
    )


# --- One booking ----------------------------------------------------------------------------------


def _about(ours: Ours, sides: Sides) -> Iterator[Discovery]:
    found = sides.there.find(ours.sort, ours.key)
    invoices = sides.there.find(Sort.INVOICE, ours.key)
    if ours.sort is Sort.ENTRY and invoices:
        yield _double(ours, "both", [*found, *invoices])
    elif len(found) > 1:
        yield _double(ours, f"two-{ours.sort}", found)
    elif found:
        yield from _content(ours, found[0])
    elif (ours.booking_id, ours.sort) in sides.absent:
        yield Discovery(
            kind=DifferenceKind.VANISHED, reason=ours.sort, number=ours.number, ours=ours
        )
    if ours.enters_ledger and len(invoices) == 1:
        yield from _in_ledger(ours, invoices[0], sides)
    if ours.correlation_id and (copies := _with_token(ours, sides)):
        yield _double(ours, "correlation_id", [*sides.there.find(Sort.ENTRY, ours.key), *copies])


def _with_token(ours: Ours, sides: Sides) -> list[Document]:
    return [one for one in sides.there.marked.get(ours.correlation_id, ()) if one.key != ours.key]


def _double(ours: Ours, reason: str, found: Sequence[Document]) -> Discovery:
    return Discovery(
        kind=DifferenceKind.DOUBLE,
        reason=reason,
        number=ours.number,
        ours=ours,
        theirs=tuple(found),
    )


def _in_ledger(ours: Ours, invoice: Document, sides: Sides) -> Iterator[Discovery]:
    """The ledger entry of an invoice that was booked at once: one, with our total."""
    entries = sides.there.find(Sort.ENTRY, ours.key)
    if len(entries) > 1:
        yield _double(ours, "two-entry", entries)
    elif entries and entries[0].content["gross"] != ours.content["gross"]:
        yield Discovery(
            kind=DifferenceKind.TOTAL,
            reason="its-entry",
            number=ours.number,
            ours=ours,
            theirs=(invoice, *entries),
            differs=("gross",),
        )
    elif (ours.booking_id, Sort.ENTRY) in sides.absent:
        yield Discovery(
            kind=DifferenceKind.VANISHED,
            reason="its-entry",
            number=ours.number,
            ours=ours,
            theirs=(invoice,),
        )


# --- Field by field -------------------------------------------------------------------------------


def _content(ours: Ours, theirs: Document) -> Iterator[Discovery]:
    differs = differences(ours.content, theirs.content)
    if differs:
        only_cents = set(differs) <= {"gross", "net", "vat"} and _is_within_cents(ours, theirs)
        kind = (
            DifferenceKind.TOTAL if only_cents or differs == ["gross"] else DifferenceKind.CHANGED
        )
        yield Discovery(
            kind=kind,
            reason=ours.sort,
            number=ours.number,
            ours=ours,
            theirs=(theirs,),
            differs=tuple(differs),
        )


def _is_within_cents(ours: Ours, theirs: Document) -> bool:
    """A cent per line, which rounding explains."""
    apart = abs(Decimal(theirs.content["gross"]) - Decimal(ours.content["gross"]))
    return 0 < apart <= CENT * len(ours.content["lines"])


def differences(ours: Content, theirs: Content) -> list[str]:
    """Names of the fields that differ, in the order in which people read a document."""
    found = [name for name in HEAD if _says_otherwise(ours[name], theirs[name])]
    our_lines, their_lines = leftovers(ours["lines"], theirs["lines"])
    if len(our_lines) != len(their_lines):
        found.append("lines")
    else:
        pairs = list(zip(our_lines, their_lines, strict=True))
        names = dict.fromkeys(name for line in our_lines for name in line)
        found += [n for n in names if any(one[n] != other.get(n, "") for one, other in pairs)]
    if ours["gross"] != theirs["gross"]:
        found.append("gross")
    return found


def _says_otherwise(ours: str, theirs: str) -> bool:
    """A field that one side lacks (an invoice has no debtors account) is no difference."""
    return bool(ours and theirs) and key_of(ours) != key_of(theirs)


Line = dict[str, str]


def leftovers(ours: Sequence[Line], theirs: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines that are not on both sides, in any order."""
    left, alone = list(theirs), []
    for line in ours:
        if line in left:
            left.remove(line)
        else:
            alone.append(line)
    return alone, left
