"""The open amount of an invoice on each day, from what is stored about credits and payments.

A credit invoice counts from its own date. A payment counts from the day after it was noted here,
because interest is owed up to and including the day of payment (article 6:119a(1) BW). A payment
of which no day is stored counts as received before the first day of interest.
"""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.timezone import localdate

from lib.days import ONE_DAY
from lib.money import ZERO

from ..models import Invoice, InvoiceEvent
from ..reports.outstanding_at import PAYMENTS
from .interest import From


def owed_by_day(invoice: Invoice, credits: Sequence[Invoice], *, still_open: Decimal) -> list[From]:
    """Return the open amount in euros from each day on which it changed; one query.

    `still_open` is what is asked now: if less is open than the days explain, the rest counts as
    paid before all of them.
    """
    payments = _payments(invoice)
    undated = ZERO if payments else invoice.paid_amount
    start = min(invoice.date, invoice.due_on)
    days = {start, *(one.date for one in credits), *(day for day, _paid in payments)}
    owed = [
        From(day, invoice.gross - undated + _credited(credits, day) - _paid(payments, day))
        for day in sorted(day for day in days if day >= start)
    ]
    unexplained = max(owed[-1].value - still_open, ZERO)
    return [From(one.day, max(one.value - unexplained, ZERO)) for one in owed]


def _payments(invoice: Invoice) -> list[tuple[datetime.date, Decimal]]:
    """Return the paid amount from each day on; an event without an amount was paid in full."""
    events = InvoiceEvent.objects.filter(invoice=invoice, kind__in=PAYMENTS).order_by("at", "pk")
    return [
        (localdate(at) + ONE_DAY, Decimal(details.get("paid", invoice.due)))
        for at, details in events.values_list("at", "details")
    ]


def _paid(payments: Iterable[tuple[datetime.date, Decimal]], day: datetime.date) -> Decimal:
    paid = [amount for since, amount in payments if since <= day]
    return paid[-1] if paid else ZERO


def _credited(credits: Iterable[Invoice], day: datetime.date) -> Decimal:
    """Return the total of the credits of then, which is negative."""
    return sum((one.gross for one in credits if one.date <= day), ZERO)
