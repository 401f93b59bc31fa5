"""Give a document another number when its number is taken in e-Boekhouden.

An assigned number stays with its invoice, which becomes void with that reason. A copy of the
invoice gets the next number of its series, with the same lines and the same rows.
"""

import copy
import datetime

from django.db import transaction
from django.db.models.base import ModelState

from accounts.models import User
from audit.changes import change as change_of
from audit.kinds import Action, Kind
from audit.recording import record
from customers.editing import next_free_number
from customers.models import Customer

from ..bookings.outbox import queue_invoice
from ..bookings.payloads import fingerprint
from ..bookings.recording import progress_of
from ..bookings.replacements import replaced
from ..events import add_event
from ..models import (
    Booking,
    BookingKind,
    CreditedRow,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Origin,
    State,
)
from ..numbering import next_number
from ..reports.shares import store_shares
from ..unbilled.claiming import move
from . import rules as interventions
from .actions import NoLonger, book_again, change


def may_take_new_number(booking: Booking) -> bool:
    """Return whether it may: a sales entry keeps its number, which the customer has received."""
    if booking.kind == BookingKind.SALES_ENTRY or not interventions.may_renumber(
        progress_of(booking)
    ):
        return False
    if booking.kind == BookingKind.RELATION:
        return booking.unconfirmed_sends == 0
    return bool(booking.natural_key)


def take_new_number(booking: Booking, *, by: User, now: datetime.datetime) -> str:
    """Give the invoice or customer the next unused number. Returns it.

    Raises NoLonger when something else happened to the booking meanwhile.
    """
    with transaction.atomic():
        if not may_take_new_number(booking):
            raise NoLonger
        if booking.kind == BookingKind.RELATION:
            return _renumber_customer(booking, by=by, now=now)
        return _renumber_invoice(booking, by=by, now=now)


def _renumber_customer(booking: Booking, *, by: User, now: datetime.datetime) -> str:
    number = next_free_number(booking.organisation)
    changes = change_of("number", booking.customer.number, number)
    Customer.objects.filter(pk=booking.customer_id).update(number=number)
    record(Kind.CUSTOMER, Action.CHANGED, booking.customer, changes=changes, by=by)
    booking.customer.refresh_from_db()
    book_again(booking, by=by, now=now)
    return number


def _renumber_invoice(booking: Booking, *, by: User, now: datetime.datetime) -> str:
    change(booking, state=(State.CONFLICT,), to=State.CANCELLED, ended_at=now, next_at=None)
    old = Invoice.objects.select_for_update(of=("self",)).get(bookings=booking)
    new = _copy_of(old, by=by, now=now)
    move(old, new)
    Invoice.objects.filter(pk=old.pk).update(status=InvoiceStatus.VOID)
    _add_event(old, "replaced-by", new.number, by=by, now=now)
    _add_event(new, "replaces", old.number, by=by, now=now)
    queued = queue_invoice(new, booking.connection, by=by, now=now, batch=booking.batch)
    if booking.replacements:
        payload = replaced(queued.payload, booking.replacements)
        Booking.objects.filter(pk=queued.pk).update(
            replacements=booking.replacements, payload=payload, fingerprint=fingerprint(payload)
        )
    return new.number


def _copy_of(old: Invoice, *, by: User, now: datetime.datetime) -> Invoice:
    new = copy.copy(old)
    new.pk, new._state = None, ModelState()
    new.number = next_number(old.organisation, Origin(old.origin), year=old.date.year)
    new.created_at, new.created_by = now, by
    # Lines can be added to a draft only, not to a final invoice (documents/archive/triggers.py).
    new.status = InvoiceStatus.DRAFT
    new.save(force_insert=True)
    lines = list(old.lines.all())
    # On a credit, the line of the void invoice no longer takes anything back.
    old.lines.exclude(credits=None).update(is_withdrawn=True)
    for line in lines:
        line.pk, line._state, line.invoice = None, ModelState(), new
    InvoiceLine.objects.bulk_create(lines)
    store_shares([new])
    new.status = InvoiceStatus(old.status)
    new.save(update_fields=["status"])
    _rename_rows(old, {line.position: line for line in lines})
    return new


def _rename_rows(old: Invoice, lines: dict[int, InvoiceLine]) -> None:
    """Move the recorded rows of a credit to the lines of the copy."""
    named = list(CreditedRow.objects.filter(line__invoice=old).select_related("line"))
    for row in named:
        row.line = lines[row.line.position]
    CreditedRow.objects.bulk_update(named, ["line"])


def _add_event(
    invoice: Invoice, kind: str, number: str, *, by: User, now: datetime.datetime
) -> None:
    add_event(invoice=invoice, at=now, by=by, kind=kind, details={"number": number})
