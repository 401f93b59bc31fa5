"""Documents in e-Boekhouden that look like ours but have no booking. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..models import DifferenceKind
from .documents import Content, DocumentKind, LocalDocument, RemoteDocument, key_of
from .sides import Discovery, Sides


def duplicates(sides: Sides) -> Iterator[Discovery]:
    """Yield equal invoices to one customer on one day, if there are more than we booked."""
    booked: dict[str, list[LocalDocument]] = defaultdict(list)
    for local in sides.local:
        if local.kind is DocumentKind.INVOICE and not local.is_cancelled:
            booked[_likeness(local.content)].append(local)
    for likeness, extra in _without_a_booking(sides).items():
        # A booking without a number has no answer yet, so one of the extra invoices is its own.
        expected = [local for local in booked[likeness] if not local.key]
        known = [local for local in booked[likeness] if local.is_judged]
        if known and len(extra) > len(expected):
            yield Discovery(
                kind=DifferenceKind.DOUBLE,
                reason="alike",
                number=known[0].number,
                local=known[0],
                remote=(*sides.remote.find(DocumentKind.INVOICE, known[0].key), *extra),
            )


def _without_a_booking(sides: Sides) -> dict[str, list[RemoteDocument]]:
    """Group invoices without a booking by likeness, except numbers of our series."""
    booked = {local.key for local in sides.local if not local.is_cancelled}
    found: dict[str, list[RemoteDocument]] = defaultdict(list)
    for key, invoices in sides.remote.invoices.items():
        if key not in booked and not _is_in(sides.series, key):
            for invoice in invoices:
                found[_likeness(invoice.content)].append(invoice)
    return found


def _likeness(content: Content) -> str:
    """Return customer, day, total and lines without text; alike invoices have the same value."""
    lines = sorted(str({**line, "description": ""}) for line in content["lines"])
    return str([key_of(content["relation_code"]), content["date"], content["gross"], lines])


def unknown_documents(sides: Sides) -> Iterator[Discovery]:
    """Yield documents with a number of our series that only a cancelled booking has, or none."""
    live = {local.key for local in sides.local if not local.is_cancelled}
    cancelled = {local.key: local for local in sides.local if local.is_cancelled}
    for key in sorted({*sides.remote.invoices, *sides.remote.entries} - live):
        if not _is_in(sides.series, key):
            continue
        found = (
            *sides.remote.find(DocumentKind.INVOICE, key),
            *sides.remote.find(DocumentKind.ENTRY, key),
        )
        yield Discovery(
            kind=DifferenceKind.FOREIGN,
            reason="cancelled" if key in cancelled else "series",
            number=found[0].content["number"],
            local=cancelled.get(key),
            remote=found,
        )


def _is_in(series: Iterable[str], key: str) -> bool:
    return any(
        key.startswith(start) and key.removeprefix(start).isdecimal()
        for start in map(key_of, series)
    )
