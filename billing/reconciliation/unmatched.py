"""Documents in e-Boekhouden that look like ours but have no booking. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..models import DifferenceKind
from .documents import Content, LocalDocument, RemoteDocument, Sort, key_of
from .sides import Discovery, Sides


def duplicates(sides: Sides) -> Iterator[Discovery]:
    """Yield equal invoices to one customer on one day, if there are more than we booked."""
    booked: dict[str, list[LocalDocument]] = defaultdict(list)
    for local in sides.local:
        if local.sort is Sort.INVOICE and not local.is_cancelled:
            booked[_likeness(local.content)].append(local)
    for likeness, extra in _without_a_booking(sides).items():
        # A booking without a number has no answer yet, so one of the extra invoices is its own.
        expected = [one for one in booked[likeness] if not one.key]
        known = [one for one in booked[likeness] if one.is_judged]
        if known and len(extra) > len(expected):
            yield Discovery(
                kind=DifferenceKind.DOUBLE,
                reason="alike",
                number=known[0].number,
                local=known[0],
                remote=(*sides.remote.find(Sort.INVOICE, known[0].key), *extra),
            )


def _without_a_booking(sides: Sides) -> dict[str, list[RemoteDocument]]:
    """Invoices without a booking, by likeness; numbers of our series are handled below."""
    bound = {local.key for local in sides.local if not local.is_cancelled}
    found: dict[str, list[RemoteDocument]] = defaultdict(list)
    for key, invoices in sides.remote.invoices.items():
        if key not in bound and not _is_in(sides.series, key):
            for invoice in invoices:
                found[_likeness(invoice.content)].append(invoice)
    return found


def _likeness(content: Content) -> str:
    """Customer, day, total and lines without text; two invoices with the same are alike."""
    lines = sorted(str({**line, "description": ""}) for line in content["lines"])
    return str([key_of(content["relation_code"]), content["date"], content["gross"], lines])


def unknown_documents(sides: Sides) -> Iterator[Discovery]:
    """Yield documents with a number of our series that only a cancelled booking has, or none."""
    live = {local.key for local in sides.local if not local.is_cancelled}
    cancelled = {local.key: local for local in sides.local if local.is_cancelled}
    for key in sorted({*sides.remote.invoices, *sides.remote.entries} - live):
        if not _is_in(sides.series, key):
            continue
        found = (*sides.remote.find(Sort.INVOICE, key), *sides.remote.find(Sort.ENTRY, key))
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
