"""Read a document back after e-Boekhouden accepted it, before the result is recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import EBoekhoudenError, OutcomeUnknown
from integrations.eboekhouden.messages import BookedInvoice, Relation

from ..models import Booking, BookingKind
from . import comparing, exchange, payloads
from .decisions import LookUpResult
from .exchange import Record, RemoteRecord, remote_record_of


@dataclass(frozen=True)
class Made:
    """The created record; `reason` is `agrees`, `total-differs`, or empty if unknown."""

    remote: RemoteRecord
    reason: str = ""


def read_back(client: EBoekhouden, booking: Booking, *, answered_id: str) -> Made:
    """Read the created record. `answered_id` is the number or id in the answer.

    Our own number finds it, so a wrong id in the answer does no harm. Raises OutcomeUnknown if only
    the answer has its id, and it cannot be read now. Also if e-Boekhouden assigned the number, and
    no document or another one has it. If reading outlasts the lease, the fencing token prevents
    writing, and another worker looks the booking up.
    """
    try:
        found = _under_its_number(client, booking, answered_id)
    except EBoekhoudenError as error:
        return _unread(booking, answered_id, error)
    return _made(booking, answered_id, found)


def _unread(booking: Booking, answered_id: str, error: EBoekhoudenError) -> Made:
    """Return the record without a copy, if the number is ours; else raise OutcomeUnknown."""
    if booking.kind == BookingKind.INVOICE and booking.natural_key:
        return Made(RemoteRecord(answered_id, {}))
    raise OutcomeUnknown(error.reason or "unread") from None


def _made(booking: Booking, answered_id: str, found: Sequence[Record]) -> Made:
    if not booking.natural_key and not _is_ours(booking, found):
        raise OutcomeUnknown("other-number", answered_id)
    if len(found) != 1:
        return Made(RemoteRecord(answered_id, {}))
    (made,) = found
    return Made(remote_record_of(made), _agreement(booking, made))


def read_back_together(
    client: EBoekhouden, answers: Sequence[tuple[Booking, str]]
) -> Iterator[tuple[Booking, Made | OutcomeUnknown]]:
    """Yield what was made for several documents of one kind with numbers of ours, read at once.

    `answers` have the number or id in the answer of each. What the list lacks is read by itself.
    """
    records, error = _recent(client, answers)
    for booking, answered_id in answers:
        found = exchange.with_number(records, booking.natural_key)
        try:
            if error is not None:
                yield booking, _unread(booking, answered_id, error)
            elif found:
                yield booking, _made(booking, answered_id, found)
            else:
                yield booking, read_back(client, booking, answered_id=answered_id)
        except OutcomeUnknown as doubt:
            yield booking, doubt


def _recent(
    client: EBoekhouden, answers: Sequence[tuple[Booking, str]]
) -> tuple[Sequence[exchange.Listed], EBoekhoudenError | None]:
    """Return the documents of the days of these bookings, or the error of reading them.

    Without an error the list may lack some.
    """
    kind, days = answers[0][0].kind, [payloads.day_of(booking.payload) for booking, _id in answers]
    ids = [int(answered_id) for _booking, answered_id in answers if kind == BookingKind.SALES_ENTRY]
    between = (min(ids), max(ids)) if ids else None
    try:
        return exchange.documents_between(client, kind, min(days), max(days), ids=between), None
    except EBoekhoudenError as error:
        return (), None if error.reason == exchange.MAY_LACK_SOME else error


def _under_its_number(client: EBoekhouden, booking: Booking, answered_id: str) -> Sequence[Record]:
    match booking.kind:
        case BookingKind.RELATION:
            return client.find_relation(booking.natural_key)
        case BookingKind.INVOICE:
            return client.find_invoice(booking.natural_key or answered_id)
    return client.find_entry(booking.natural_key)


def _is_ours(booking: Booking, found: Sequence[Record]) -> bool:
    invoices = [record for record in found if isinstance(record, BookedInvoice)]
    result, _invoice = comparing.compare_invoice(booking.payload, invoices)
    return result in (LookUpResult.SAME, LookUpResult.SAME_BUT_TEXT)


def _agreement(booking: Booking, made: Record) -> str:
    if isinstance(made, Relation):
        return ""
    return "total-differs" if comparing.difference(booking.payload, made) else "agrees"
