"""A document must be booked: its row in the outbox, in the transaction that makes it final."""

import datetime
import secrets
from collections.abc import Iterable

from accounts.models import User
from customers.models import Customer
from customers.relations import relation_from_customer
from integrations.models import Connection

from ..models import Batch, Booking, BookingKind, Invoice, State
from . import payloads
from .doorbell import ring

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_token() -> str:
    """A short word that travels with a document, to know our own: TC and seven characters."""
    return "TC" + "".join(secrets.choice(ALPHABET) for _ in range(7))


def hold_customers(ids: Iterable[int]) -> None:
    """Holds customers until the end of the transaction, in one order against deadlock.

    So that two people who bill the same new customer make its relation once.
    """
    held = Customer.objects.filter(pk__in=sorted(set(ids))).order_by("pk")
    list(held.select_for_update(no_key=True).values_list("pk", flat=True))


def queue_invoice(
    invoice: Invoice,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking:
    """The invoice is to be made in e-Boekhouden.

    Must run in the transaction that makes it final.
    """
    token = new_token()
    payload = payloads.invoice_payload(invoice, connection, token=token)
    return _queue(
        BookingKind.INVOICE, invoice, connection, payload, token=token, by=by, now=now, batch=batch
    )


def queue_sales_entry(
    invoice: Invoice,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking:
    """The invoice that was sent from here is to be entered in the ledger of e-Boekhouden."""
    token = new_token()
    payload = payloads.sales_entry_payload(invoice, connection, token=token)
    kind = BookingKind.SALES_ENTRY
    return _queue(kind, invoice, connection, payload, token=token, by=by, now=now, batch=batch)


def queue_relation(
    customer: Customer,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking | None:
    """The customer is to be made in e-Boekhouden, unless it is known there or on its way.

    Must run in a transaction.
    """
    hold_customers([customer.pk])
    customer.refresh_from_db(fields=["number", "remote_id"])
    on_its_way = customer.bookings.filter(kind=BookingKind.RELATION).exclude(
        state__in=(State.CANCELLED, State.CONFIRMED)
    )
    if customer.is_known_there or on_its_way.exists():
        return None
    # A relation that was made before and has vanished there may be made again.
    customer.bookings.filter(kind=BookingKind.RELATION, state=State.CONFIRMED).update(
        state=State.CANCELLED, remote_id=""
    )
    token = new_token()
    payload = payloads.relation_payload(relation_from_customer(customer, token=token))
    return Booking.objects.create(
        organisation=customer.organisation,
        connection=connection,
        batch=batch,
        kind=BookingKind.RELATION,
        customer=customer,
        natural_key=customer.number,
        token=token,
        payload=payload,
        fingerprint=payloads.fingerprint(payload),
        next_at=now,
        created_at=now,
        created_by=by,
    )


def _queue(
    kind: BookingKind,
    invoice: Invoice,
    connection: Connection,
    payload: payloads.Payload,
    *,
    token: str,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None,
) -> Booking:
    queue_relation(invoice.customer, connection, by=by, now=now, batch=batch)
    waits = not invoice.customer.is_known_there
    booking = Booking.objects.create(
        organisation=invoice.organisation,
        connection=connection,
        batch=batch,
        kind=kind,
        customer=invoice.customer,
        invoice=invoice,
        natural_key=invoice.number,
        token=token,
        payload=payload,
        fingerprint=payloads.fingerprint(payload),
        state=State.BLOCKED if waits else State.QUEUED,
        reason="customer" if waits else "",
        next_at=None if waits else now,
        created_at=now,
        created_by=by,
    )
    ring(connection.pk)
    return booking
