"""Marking an invoice as paid, or a credit invoice as settled, by a user."""

import datetime

from django.db import transaction

from accounts.models import User
from audit.changes import change
from lib.money import ZERO

from ..events import add_event
from ..models import Invoice, InvoiceStatus
from .locking import NotAllowed, lock_invoice


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
        details = {"paid": str(paid)}
        changes = change("paid_amount", sent.paid_amount, paid)
        add_event(sent, at=now, by=by, kind=kind, details=details, changes=changes)
