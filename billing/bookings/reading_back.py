"""Read a document back after e-Boekhouden accepted it, before the result is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import EBoekhoudenError, OutcomeUnknown
from integrations.eboekhouden.messages import BookedInvoice, Relation

from ..models import Booking, BookingKind
from . import comparing
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
    is_our_number = booking.kind == BookingKind.INVOICE and bool(booking.natural_key)
    try:
        found = _under_its_number(client, booking, answered_id)
    except EBoekhoudenError as error:
        if is_our_number:
            return Made(RemoteRecord(answered_id, {}))
        raise OutcomeUnknown(error.reason or "unread") from None
    if not booking.natural_key and not _is_ours(booking, found):
        raise OutcomeUnknown("other-number", answered_id)
    if len(found) != 1:
        return Made(RemoteRecord(answered_id, {}))
    (made,) = found
    return Made(remote_record_of(made), _agreement(booking, made))


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
