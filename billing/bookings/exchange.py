"""One look-up or one order to e-Boekhouden for a booking, and the meaning of the answer."""

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from customers.models import Customer
from integrations.eboekhouden.client import EBoekhouden
from integrations.eboekhouden.errors import NotConfigured, OutcomeUnknown, Refused
from integrations.eboekhouden.facts.fact import CodeClass
from integrations.eboekhouden.messages import BookedEntry, BookedInvoice, EntryKind, Relation
from integrations.eboekhouden.messages.fields import same_key

from ..models import Booking, BookingKind
from . import comparing, payloads
from .decisions import LookUpResult, Refusal

REFUSALS = {
    CodeClass.EXISTS: Refusal.EXISTS,
    CodeClass.SESSION: Refusal.SESSION,
    CodeClass.QUOTA: Refusal.QUOTA,
    CodeClass.CREDENTIALS: Refusal.CREDENTIALS,
}


Record = Relation | BookedInvoice | BookedEntry
Listed = BookedInvoice | BookedEntry
# The reason of an answer that may be incomplete, because it has as many rows as an answer can have.
MAY_LACK_SOME = "row-cap"


@dataclass(frozen=True)
class RemoteRecord:
    """A record in e-Boekhouden: its id, and a copy of it."""

    remote_id: str
    snapshot: dict[str, Any]


def send(client: EBoekhouden, booking: Booking) -> str:
    """Create the document in e-Boekhouden. Returns the id of the relation, invoice or entry.

    Raises the errors of integrations.eboekhouden.errors; nothing is ever sent twice by this
    function.
    """
    match booking.kind:
        case BookingKind.RELATION:
            relation = payloads.relation_message(booking.payload)
            today = timezone.localdate(booking.created_at)
            return str(client.add_relation(relation, today=today))
        case BookingKind.INVOICE:
            return client.add_invoice(payloads.invoice_message(booking.payload))
    return str(client.add_sales_entry(payloads.sales_entry_message(booking.payload)))


def look_up(client: EBoekhouden, booking: Booking) -> tuple[LookUpResult, RemoteRecord | None]:
    """Look the booking up by its number, and compare it with the records that are found."""
    match booking.kind:
        case BookingKind.RELATION:
            found = client.find_relation(booking.natural_key)
            result, relation = comparing.compare_relation(booking.payload, found)
            if relation and _is_linked_elsewhere(relation, booking):
                result = LookUpResult.DIFFERENT
            return result, _remote_record(relation)
        case BookingKind.INVOICE:
            candidates = _candidates(client, booking)
            if candidates.are_ambiguous:
                return LookUpResult.SEVERAL, None
            result, invoice = comparing.compare_invoice(booking.payload, candidates.invoices)
            return result, _remote_record(invoice)
    entries = client.find_entry(booking.natural_key)
    result, entry = comparing.compare_entry(booking.payload, entries)
    return result, _remote_record(entry)


def documents_between(
    client: EBoekhouden,
    kind: str,
    since: datetime.date,
    until: datetime.date,
    *,
    ids: tuple[int, int] | None = None,
) -> Sequence[Listed]:
    """Return all invoices or sales entries of a period; `ids` limits entries to these and between.

    Raises OutcomeUnknown with the reason MAY_LACK_SOME if the answer is as long as it can be.
    """
    if kind == BookingKind.INVOICE:
        invoices = client.invoices(since=since, until=until)
        if len(invoices) >= most_listed(client, kind):
            raise OutcomeUnknown(MAY_LACK_SOME)
        return invoices
    entries = client.entries(since=since, until=until, ids=ids)
    return [entry for entry in entries if entry.kind == EntryKind.SALE]


def most_listed(client: EBoekhouden, kind: str) -> int:
    """Return with how many rows a list of this kind may lack some."""
    return client.most_invoices if kind == BookingKind.INVOICE else client.most_entries


def with_number(records: Sequence[Listed], number: str) -> list[Listed]:
    """Return the documents with exactly this number, ignoring case and surrounding blanks."""
    return [record for record in records if same_key(_number_of(record), number)]


def _number_of(record: Listed) -> str:
    return record.number if isinstance(record, BookedInvoice) else record.invoice_number


def _is_linked_elsewhere(relation: Relation, booking: Booking) -> bool:
    """Return whether another customer is linked to this relation."""
    linked_customers = Customer.objects.filter(
        organisation=booking.organisation_id, remote_id=relation.id
    )
    return linked_customers.exclude(pk=booking.customer_id).exists()


@dataclass(frozen=True)
class Candidates:
    """Invoices in e-Boekhouden that may be the one of a booking."""

    invoices: Sequence[BookedInvoice]
    # Another booking with equal content is unconfirmed too: either may have made the invoice.
    are_ambiguous: bool = False


def _candidates(client: EBoekhouden, booking: Booking) -> Candidates:
    """Find invoices by our number.

    Without a number, find the equal invoices of that customer and day that no booking is linked to.
    """
    if booking.natural_key:
        return Candidates(client.find_invoice(booking.natural_key))
    message = payloads.invoice_message(booking.payload)
    that_day = client.invoices(
        since=message.date, until=message.date, relation_code=message.relation_code
    )
    linked = set(
        Booking.objects.filter(connection=booking.connection, kind=BookingKind.INVOICE)
        .exclude(remote_id="")
        .values_list("remote_id", flat=True)
    )
    unlinked = [invoice for invoice in that_day if invoice.number not in linked]
    alike = [
        invoice
        for invoice in unlinked
        if comparing.compare_invoice(booking.payload, [invoice])[0] is LookUpResult.SAME
    ]
    equal_bookings = Booking.objects.filter(
        connection=booking.connection, fingerprint=booking.fingerprint, remote_id=""
    ).exclude(pk=booking.pk)
    are_ambiguous = bool(alike) and equal_bookings.filter(unconfirmed_sends__gt=0).exists()
    return Candidates(alike, are_ambiguous)


def refusal(error: Refused | NotConfigured) -> Refusal:
    """Return the subject of a refusal, for the decisions."""
    return REFUSALS.get(error.code_class, Refusal.DATA)


def _remote_record(record: Record | None) -> RemoteRecord | None:
    return None if record is None else remote_record_of(record)


def remote_record_of(record: Record) -> RemoteRecord:
    """Return the stored copy of a record in e-Boekhouden."""
    match record:
        case Relation():
            snapshot = {k: v for k, v in asdict(record).items() if k != "raw"}
            return RemoteRecord(str(record.id), snapshot)
        case BookedInvoice():
            # The address of the PDF opens it for anyone: kept, but never logged or shown to others.
            return RemoteRecord(record.number, payloads.booked_as_content(record))
    return RemoteRecord(str(record.entry_number), payloads.booked_as_content(record))
