"""Marking an invoice as paid, or a credit invoice as settled, by a user; and taking that back.

A mark that is taken back counts as never made, also in reports of an earlier day and in interest:
its event gets a kind that they do not read. The audit log keeps both.
"""

import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from audit.changes import change
from lib.money import ZERO

from ..events import add_event
from ..models import Invoice, InvoiceEvent, InvoiceStatus, State
from ..payments.fetching import is_marked_paid
from ..payments.requesting import request_payments
from ..reports.outstanding_at import PAYMENTS, SETTLEMENTS
from .locking import NotAllowed, lock_invoice

# The kind that the event of a mark gets when the mark is taken back.
UNDONE = {"marked-paid": "marked-paid-undone", "marked-settled": "marked-settled-undone"}


def mark_paid(invoice: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Mark an invoice as paid in full, less what was credited, or a credit as settled.

    Raises NotAllowed on an invoice that was not sent, or that was wholly credited.
    """
    with transaction.atomic():
        sent = lock_invoice(invoice)
        if sent.status != InvoiceStatus.SENT or sent.is_wholly_credited:
            raise NotAllowed("not-sent")
        paid = ZERO if sent.is_credit else sent.gross - sent.credited_amount
        Invoice.objects.filter(pk=sent.pk).update(
            status=InvoiceStatus.PAID, paid_at=now, paid_amount=paid
        )
        kind = "marked-settled" if sent.is_credit else "marked-paid"
        details = {"paid": str(paid), "before": str(sent.paid_amount)}
        changes = change("paid_amount", sent.paid_amount, paid)
        add_event(sent, at=now, by=by, kind=kind, details=details, changes=changes)


def mark_unpaid(invoice: Invoice, *, by: User, now: datetime.datetime) -> None:
    """Take back that a user marked the invoice as paid, or the credit as settled.

    The paid amount is again that from before the mark. Payments of an invoice in the books were
    not noted while it was marked, so they are fetched again. Raises NotAllowed when e-Boekhouden
    reported the payment, or when there is none.
    """
    with transaction.atomic():
        paid = lock_invoice(invoice)
        _undo(paid, by=by, now=now)
    # After the commit: who notes payments locks the connection before the invoices.
    if paid.bookings.filter(state=State.CONFIRMED).exists():
        request_payments(paid.organisation, now=now)


def _undo(paid: Invoice, *, by: User, now: datetime.datetime) -> None:
    mark = mark_of(paid)
    if mark is None:
        raise NotAllowed("not-marked")
    before = _paid_before(mark)
    Invoice.objects.filter(pk=paid.pk).update(
        status=InvoiceStatus.SENT, paid_at=None, paid_amount=before
    )
    InvoiceEvent.objects.filter(pk=mark.pk).update(kind=UNDONE[mark.kind])
    kind = "settlement-undone" if paid.is_credit else "payment-undone"
    changes = change("paid_amount", paid.paid_amount, before)
    add_event(paid, at=now, by=by, kind=kind, changes=changes)


def mark_of(invoice: Invoice) -> InvoiceEvent | None:
    """Return the event in which a user marked it as paid or settled.

    None if it is not paid, or if its payment was reported by e-Boekhouden.
    """
    if not is_marked_paid(invoice):
        return None
    kinds = SETTLEMENTS if invoice.is_credit else PAYMENTS
    # Filtered here, so that the events of many invoices can be read together.
    last = next((event for event in invoice.events.all() if event.kind in kinds), None)
    return last if last and last.kind in UNDONE else None


def open_without(mark: InvoiceEvent) -> Decimal:
    """Return the amount that is outstanding again when the mark is taken back, in euros."""
    invoice = mark.invoice
    is_owed = not invoice.is_credit and not invoice.is_wholly_credited
    return invoice.due - _paid_before(mark) if is_owed else ZERO


def _paid_before(mark: InvoiceEvent) -> Decimal:
    """Return the paid amount before the mark; an old event has it in the one before it."""
    if "before" in mark.details:
        return Decimal(mark.details["before"])
    earlier = InvoiceEvent.objects.filter(invoice=mark.invoice_id, kind__in=PAYMENTS)
    found = earlier.exclude(pk=mark.pk).filter(at__lte=mark.at).first()
    return Decimal(found.details.get("paid", 0)) if found else ZERO
