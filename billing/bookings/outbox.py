"""Queue bookings, in the transaction that makes the document final."""

import datetime
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from accounts.models import User
from customers.models import Customer
from customers.relations import relation_from_customer
from integrations.eboekhouden.failpoints import failpoint
from integrations.eboekhouden.messages import InvoiceLine
from integrations.models import Connection
from lib.dispatch import enqueue

from ..models import Batch, Booking, BookingKind, Invoice, State
from . import payloads

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_correlation_id() -> str:
    """Return a short mark by which a document is recognised later: TC and seven characters."""
    return "TC" + "".join(secrets.choice(ALPHABET) for _ in range(7))


def enqueue_delivery(connection_id: int) -> None:
    """Ask a worker, after the commit, to deliver what is due on a connection."""
    transaction.on_commit(lambda: failpoint("before-dispatch"))
    enqueue("billing.tasks.deliver_bookings", connection_id, expires=None)


def hold_customers(ids: Iterable[int]) -> None:
    """Lock customers until the end of the transaction, in a fixed order against deadlock.

    Two people who bill the same new customer then create its relation once.
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
    lines: Sequence[InvoiceLine] | None = None,
) -> Booking:
    """Queue an invoice that e-Boekhouden must create, with `lines` if they are composed already.

    Must run in the transaction that makes it final.
    """
    correlation_id = new_correlation_id()
    payload = payloads.invoice_payload(
        invoice, connection, correlation_id=correlation_id, lines=lines
    )
    return _queue(
        BookingKind.INVOICE,
        invoice,
        connection,
        payload,
        correlation_id=correlation_id,
        by=by,
        now=now,
        batch=batch,
    )


def queue_sales_entry(
    invoice: Invoice,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking:
    """Queue a sales entry in e-Boekhouden for an invoice that was sent from here."""
    correlation_id = new_correlation_id()
    payload = payloads.sales_entry_payload(invoice, connection, correlation_id=correlation_id)
    kind = BookingKind.SALES_ENTRY
    return _queue(
        kind,
        invoice,
        connection,
        payload,
        correlation_id=correlation_id,
        by=by,
        now=now,
        batch=batch,
    )


def queue_relation(
    customer: Customer,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking | None:
    """Queue a relation for a customer, unless it exists in e-Boekhouden or is queued already.

    Must run in a transaction.
    """
    hold_customers([customer.pk])
    if not _must_be_made(customer):
        return None
    correlation_id = new_correlation_id()
    payload = payloads.relation_payload(
        relation_from_customer(customer, correlation_id=correlation_id)
    )
    return _create(
        BookingKind.RELATION,
        customer,
        connection,
        payload=payload,
        correlation_id=correlation_id,
        by=by,
        now=now,
        batch=batch,
        natural_key=customer.number,
        next_at=now,
    )


def _must_be_made(customer: Customer) -> bool:
    """Return whether the relation of the locked customer neither exists nor is queued."""
    customer.refresh_from_db(fields=["number", "remote_id", "remote_code"])
    relations = customer.bookings.filter(kind=BookingKind.RELATION)
    queued = relations.exclude(state__in=(State.CANCELLED, State.CONFIRMED))
    if customer.is_in_eboekhouden or queued.exists():
        return False
    # A relation that was deleted in e-Boekhouden may be created again.
    relations.filter(state=State.CONFIRMED).update(state=State.CANCELLED, remote_id="")
    return True


def _queue(
    kind: BookingKind,
    invoice: Invoice,
    connection: Connection,
    payload: payloads.Payload,
    *,
    correlation_id: str,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None,
) -> Booking:
    queue_relation(invoice.customer, connection, by=by, now=now, batch=batch)
    waits = not invoice.customer.is_in_eboekhouden
    booking = _create(
        kind,
        invoice.customer,
        connection,
        payload=payload,
        correlation_id=correlation_id,
        by=by,
        now=now,
        batch=batch,
        invoice=invoice,
        natural_key=invoice.number,
        state=State.BLOCKED if waits else State.QUEUED,
        reason="customer" if waits else "",
        next_at=None if waits else now,
    )
    enqueue_delivery(connection.pk)
    return booking


def _create(
    kind: BookingKind,
    customer: Customer,
    connection: Connection,
    *,
    payload: payloads.Payload,
    by: User | None,
    now: datetime.datetime,
    **fields: Any,
) -> Booking:
    return Booking.objects.create(
        organisation=customer.organisation,
        connection=connection,
        kind=kind,
        customer=customer,
        payload=payload,
        fingerprint=payloads.fingerprint(payload),
        created_at=now,
        created_by=by,
        **fields,
    )
