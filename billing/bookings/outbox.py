"""Queue bookings, in the transaction that makes the document final."""

import datetime
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction

from accounts.models import User
from audit.kinds import Action, Kind
from audit.recording import Rows, record_rows
from customers.models import Customer
from customers.relations import relation_from_customer
from integrations.eboekhouden.failpoints import failpoint
from integrations.eboekhouden.messages import InvoiceLine
from integrations.models import Connection
from lib.clock import due_at
from lib.dispatch import enqueue

from ..models import Batch, Booking, BookingKind, Invoice, State
from . import payloads

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# The fields of a customer by which e-Boekhouden knows it.
KNOWN_BY = ("number", "remote_id", "remote_code")


def new_correlation_id() -> str:
    """Return a short mark by which a document is recognised later: TC and seven characters."""
    return "TC" + "".join(secrets.choice(ALPHABET) for _ in range(7))


def enqueue_delivery(connection_id: int) -> None:
    """Ask a worker, after the commit, to deliver what is due on a connection."""
    transaction.on_commit(lambda: failpoint("before-dispatch"))
    enqueue("billing.tasks.deliver_bookings", connection_id, expires=None)


def hold_customers(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Lock customers until the end of the transaction, in a fixed order against deadlock.

    Two people who bill the same new customer then create its relation once. Returns the fields by
    which e-Boekhouden knows each customer, as they are now.
    """
    held = Customer.objects.filter(pk__in=sorted(set(ids))).order_by("pk")
    rows = held.select_for_update(no_key=True).values("pk", *KNOWN_BY)
    return {row.pop("pk"): row for row in rows}


def queue_invoice(
    invoice: Invoice,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking:
    """Queue an invoice that e-Boekhouden must create, and ask a worker to deliver it.

    Must run in the transaction that makes it final.
    """
    (booking,) = queue_invoices([invoice], connection, by=by, now=now, batch=batch)
    enqueue_delivery(connection.pk)
    return booking


def queue_invoices(
    invoices: Sequence[Invoice],
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
    lines: Sequence[Sequence[InvoiceLine]] | None = None,
) -> list[Booking]:
    """Queue invoices that e-Boekhouden must create, with their `lines` if those are composed.

    Must run in the transaction that makes them final. The caller asks a worker to deliver them.
    """
    composed: Sequence[Sequence[InvoiceLine] | None] = lines or [None] * len(invoices)

    def payload(place: int, correlation_id: str) -> payloads.Payload:
        return payloads.invoice_payload(
            invoices[place], connection, correlation_id=correlation_id, lines=composed[place]
        )

    origin = _Origin(connection, by, now, batch)
    return _queue(BookingKind.INVOICE, invoices, origin, payload)


def queue_sales_entry(
    invoice: Invoice,
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> Booking:
    """Queue a sales entry in e-Boekhouden for an invoice that was sent from here."""
    (booking,) = queue_sales_entries([invoice], connection, by=by, now=now, batch=batch)
    return booking


def queue_sales_entries(
    invoices: Sequence[Invoice],
    connection: Connection,
    *,
    by: User | None,
    now: datetime.datetime,
    batch: Batch | None = None,
) -> list[Booking]:
    """Queue a sales entry for each of these invoices; the queries do not grow with them."""

    def payload(place: int, correlation_id: str) -> payloads.Payload:
        invoice = invoices[place]
        return payloads.sales_entry_payload(invoice, connection, correlation_id=correlation_id)

    origin = _Origin(connection, by, now, batch)
    bookings = _queue(BookingKind.SALES_ENTRY, invoices, origin, payload)
    enqueue_delivery(connection.pk)
    return bookings


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
    _hold([customer])
    relations = _relations([customer], _Origin(connection, by, now, batch))
    if not relations:
        return None
    (relation,) = Booking.objects.bulk_create(relations.values())
    _record([relation], by=by)
    return relation


@dataclass(frozen=True)
class _Origin:
    """What the bookings of one request have in common."""

    connection: Connection
    by: User | None
    now: datetime.datetime
    batch: Batch | None

    @cached_property
    def due_at(self) -> datetime.datetime:
        """From when they are due: at once."""
        return due_at(self.now)

    def booking(
        self, kind: BookingKind, customer: Customer, payload: payloads.Payload, **fields: Any
    ) -> Booking:
        """Return a booking that is not stored yet."""
        return Booking(
            organisation_id=customer.organisation_id,
            connection=self.connection,
            batch=self.batch,
            kind=kind,
            customer=customer,
            payload=payload,
            fingerprint=payloads.fingerprint(payload),
            created_at=self.now,
            created_by=self.by,
            **fields,
        )


def _queue(
    kind: BookingKind,
    invoices: Sequence[Invoice],
    origin: _Origin,
    payload_of: Callable[[int, str], payloads.Payload],
) -> list[Booking]:
    """Store a booking for each invoice, preceded by that of its relation if that is new."""
    customers = [invoice.customer for invoice in invoices]
    _hold(customers)
    relations = _relations(customers, origin)
    documents, in_order = [], []
    for place, invoice in enumerate(invoices):
        correlation_id = new_correlation_id()
        waits = not invoice.customer.is_in_eboekhouden
        document = origin.booking(
            kind,
            invoice.customer,
            payload_of(place, correlation_id),
            correlation_id=correlation_id,
            invoice=invoice,
            natural_key=invoice.number,
            state=State.BLOCKED if waits else State.QUEUED,
            reason="customer" if waits else "",
            next_at=None if waits else origin.due_at,
        )
        if relation := relations.pop(invoice.customer_id, None):
            in_order.append(relation)
        in_order.append(document)
        documents.append(document)
    _record(Booking.objects.bulk_create(in_order), by=origin.by)
    return documents


def _record(bookings: Sequence[Booking], *, by: User | None) -> None:
    """Record in the audit trail who asked for these bookings, as one entry."""
    labels = [f"{booking.natural_key} {booking.customer}".strip() for booking in bookings]
    rows = [Rows(Booking, [booking.pk for booking in bookings], labels=labels)]
    organisation = bookings[0].organisation_id
    record_rows(Kind.BOOKING, Action.QUEUED, rows, organisation=organisation, by=by)


def _hold(customers: Iterable[Customer]) -> None:
    """Lock the customers, and read again how e-Boekhouden knows them."""
    every = list(customers)
    known = hold_customers(customer.pk for customer in every)
    for customer in every:
        for name, value in known[customer.pk].items():
            setattr(customer, name, value)


def _relations(customers: Iterable[Customer], origin: _Origin) -> dict[int, Booking]:
    """Return a booking, not stored yet, for each locked customer without relation, by its id.

    A customer whose relation exists in e-Boekhouden or is queued already gets none.
    """
    lacking = {one.pk: one for one in customers if not one.is_in_eboekhouden}
    if not lacking:
        return {}
    relations = Booking.objects.filter(kind=BookingKind.RELATION)
    queued = relations.filter(customer__in=lacking).exclude(
        state__in=(State.CANCELLED, State.CONFIRMED)
    )
    for customer_id in queued.values_list("customer", flat=True):
        lacking.pop(customer_id, None)
    # A relation that was deleted in e-Boekhouden may be created again.
    deleted = relations.filter(customer__in=lacking, state=State.CONFIRMED)
    deleted.update(state=State.CANCELLED, remote_id="")
    return {pk: _relation(customer, origin) for pk, customer in lacking.items()}


def _relation(customer: Customer, origin: _Origin) -> Booking:
    correlation_id = new_correlation_id()
    relation = relation_from_customer(customer, correlation_id=correlation_id)
    return origin.booking(
        BookingKind.RELATION,
        customer,
        payloads.relation_payload(relation),
        correlation_id=correlation_id,
        natural_key=customer.number,
        next_at=origin.due_at,
    )
