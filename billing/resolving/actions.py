"""Actions of a person on a booking: check now, book again, link, cancel. Never "send again".

Taking a new number has a module of its own: renumbering.
"""

import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from audit.kinds import Action, Kind
from audit.recording import record
from customers.relations import relation_from_customer
from integrations.eboekhouden.facts.codes import CodeClass, classify
from integrations.models import Connection
from lib.clock import due_at

from .. import events
from ..bookings import payloads
from ..bookings.outbox import enqueue_delivery, queue_relation
from ..bookings.recording import AlreadyLinked, link_record, progress_of, release_waiting
from ..bookings.replacements import replaced
from ..invoices.crediting import withdraw
from ..models import Booking, BookingKind, Invoice, InvoiceStatus, Origin, State
from ..unbilled.claiming import release
from ..unbilled.releasing import RowsMoved
from . import rules as interventions

__all__ = ["AlreadyLinked", "NoLonger", "RowsMoved", "book_again", "cancel", "check_now", "link"]


class NoLonger(Exception):
    """The state of the booking no longer allows this action."""


class Comparing(NoLonger):
    """The booking may be out of date: the comparison after a restore is not complete."""


@transaction.atomic
def check_now(booking: Booking, *, now: datetime.datetime) -> None:
    """Look the booking up at once; that cannot cause an early second sending."""
    if not interventions.may_look_again(progress_of(booking)):
        raise NoLonger
    progress = interventions.check_now(progress_of(booking), now=due_at(now))
    change(
        booking,
        state=(booking.state,),
        to=progress.state,
        next_at=progress.next_at,
        absent_at=progress.absent_at,
        reason=progress.reason,
    )
    record(Kind.BOOKING, Action.CHECKED, booking, label=booking.natural_key)
    enqueue_delivery(booking.connection_id)


def book_again(booking: Booking, *, by: User, now: datetime.datetime) -> None:
    """Queue a refused booking again under its number, with the current settings and texts."""
    with transaction.atomic():
        if not interventions.may_correct(progress_of(booking)):
            raise NoLonger
        waits = _make_customer_first(booking, by=by, now=now)
        payload = _new_payload(booking)
        queued = interventions.corrected(progress_of(booking), now=due_at(now))
        change(
            booking,
            state=(booking.state,),
            to=State.BLOCKED if waits else queued.state,
            reason="customer" if waits else "",
            next_at=None if waits else queued.next_at,
            natural_key=_name_of(booking),
            payload=payload,
            fingerprint=payloads.fingerprint(payload),
            revision=F("revision") + 1,
            code="",
            text="",
            unconfirmed_sends=0,
            checks=0,
            last_sent_at=None,
            absent_at=None,
        )
        add_event(booking, "booked-again", by=by, now=now)
        if booking.kind == BookingKind.RELATION:
            _follow_customer(booking.customer_id)
        enqueue_delivery(booking.connection_id)


def link(booking: Booking, *, by: User, now: datetime.datetime) -> None:
    """Link the record in e-Boekhouden to this booking, as a person decided.

    Raises AlreadyLinked when another document or customer is linked to it.
    """
    with transaction.atomic():
        if not interventions.may_link(progress_of(booking)) or not booking.remote_snapshot:
            raise NoLonger
        change(
            booking,
            state=(State.CONFLICT,),
            to=State.CONFIRMED,
            reason="linked",
            ended_at=now,
        )
        link_record(booking, remote_id_of(booking), booking.remote_snapshot)
        if booking.kind == BookingKind.RELATION:
            release_waiting(booking.customer_id, now=due_at(now))
            enqueue_delivery(booking.connection_id)
        add_event(booking, "linked", by=by, now=now)


def cancel(booking: Booking, *, by: User, now: datetime.datetime, reason: str = "") -> None:
    """Cancel a booking whose document provably does not exist in e-Boekhouden.

    The rows of an invoice for e-Boekhouden are released. The rows of a credit return to the lines
    that it took back; if they cannot, RowsMoved has the reason. The number is not assigned again:
    it stays with the void invoice. Documents that waited for a customer return to a person, who
    books them again or cancels them.
    """
    with transaction.atomic():
        if not interventions.may_cancel(progress_of(booking)):
            raise NoLonger
        change(booking, state=(booking.state,), to=State.CANCELLED, ended_at=now, next_at=None)
        add_event(booking, "cancelled", by=by, now=now, reason=reason)
        if booking.kind == BookingKind.RELATION:
            waiting = booking.customer.bookings.filter(state=State.BLOCKED, reason="customer")
            waiting.update(state=State.REJECTED, code="", text="")
        invoice = booking.invoice
        if invoice and invoice.origin == Origin.EBOEKHOUDEN:
            release(invoice)
            Invoice.objects.filter(pk=invoice.pk).update(status=InvoiceStatus.VOID)
            if invoice.is_credit:
                withdraw(invoice, by=by, now=now)


def remote_id_of(booking: Booking) -> str:
    """Return the id in e-Boekhouden, from the copy that the look-up stored."""
    snapshot = booking.remote_snapshot or {}
    names = {BookingKind.RELATION: "id", BookingKind.INVOICE: "number"}
    return str(snapshot.get(names.get(BookingKind(booking.kind), "entry_number"), ""))


def _new_payload(booking: Booking) -> payloads.Payload:
    if booking.kind == BookingKind.RELATION:
        return payloads.relation_payload(
            relation_from_customer(booking.customer, correlation_id=booking.correlation_id)
        )
    return replaced(composed_from_invoice(booking), booking.replacements)


def composed_from_invoice(booking: Booking) -> payloads.Payload:
    """Compose the message of an invoice anew, with the accounts and codes that the invoice has."""
    invoice = Invoice.objects.get(bookings=booking)
    compose = (
        payloads.invoice_payload
        if booking.kind == BookingKind.INVOICE
        else payloads.sales_entry_payload
    )
    return compose(invoice, booking.connection, correlation_id=booking.correlation_id)


def _name_of(booking: Booking) -> str:
    """Return the natural key: a customer may have a new number, an invoice keeps its number."""
    is_relation = booking.kind == BookingKind.RELATION
    return booking.customer.number if is_relation else booking.natural_key


def _follow_customer(customer_id: int) -> None:
    """Give documents that wait for the customer its current number."""
    waiting = Booking.objects.filter(
        customer=customer_id, state=State.BLOCKED, reason="customer", unconfirmed_sends=0
    )
    for booking in waiting.select_related("customer", "invoice", "connection"):
        payload = _new_payload(booking)
        change(
            booking,
            state=(State.BLOCKED,),
            payload=payload,
            fingerprint=payloads.fingerprint(payload),
        )


def _make_customer_first(booking: Booking, *, by: User, now: datetime.datetime) -> bool:
    """Queue the customer, and make the booking wait, if e-Boekhouden lacks it.

    Also if the service just answered that it does not know the customer.
    """
    if booking.kind == BookingKind.RELATION:
        return False
    if classify(booking.code, booking.text) is CodeClass.RELATION:
        booking.customer.remote_id, booking.customer.remote_code = None, ""
        booking.customer.save(update_fields=["remote_id", "remote_code"])
    queue_relation(booking.customer, booking.connection, by=by, now=now, batch=booking.batch)
    return not booking.customer.is_in_eboekhouden


def change(
    booking: Booking, *, state: tuple[str, ...], to: str | None = None, **fields: object
) -> None:
    """Change the booking, only from these states and only as it was read.

    A worker may have claimed it meanwhile. Raises NoLonger.
    """
    if Connection.objects.filter(pk=booking.connection_id, must_compare_first=True).exists():
        raise Comparing
    rows = Booking.objects.filter(
        pk=booking.pk, fencing_token=booking.fencing_token, state__in=state
    )
    if not rows.update(state=to or booking.state, **fields):
        raise NoLonger


def add_event(
    booking: Booking, kind: str, *, by: User, now: datetime.datetime, reason: str = ""
) -> None:
    """Add an event to the timeline of its invoice; of a relation, only to the audit trail."""
    if booking.invoice_id:
        events.add_event(
            invoice_id=booking.invoice_id, at=now, by=by, kind=kind, details={"reason": reason}
        )
    else:
        of_kind, action = events.NAMES[kind]
        label = f"{booking.natural_key} {booking.customer}".strip()
        record(of_kind, action, booking, label=label, note=reason, by=by)
