"""Finds what nobody rang for: this alone brings every booking to its end."""

import datetime
from collections.abc import Callable

from integrations.eboekhouden.client import EBoekhouden
from integrations.models import Connection

from ..models import Booking, State
from .clock import database_now
from .delivery import deliver
from .recording import release_waiting


def sweep(
    *,
    open_books: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime] = database_now,
) -> int:
    """Delivers what is due on every connection. Returns how many bookings were taken on."""
    release_forgotten(now=clock())
    connections = (
        Booking.objects.due(clock())
        .filter(connection__is_active=True, connection__paused_at=None)
        .order_by("connection")
        .values_list("connection", flat=True)
        .distinct()
    )
    return sum(deliver(pk, open_books=open_books, clock=clock) for pk in list(connections))


def release_forgotten(*, now: datetime.datetime) -> None:
    """Documents that wait for a customer which is known by now, through an import for instance."""
    waiting = Booking.objects.filter(
        state=State.BLOCKED, reason="customer", customer__remote_id__isnull=False
    )
    for customer_id in waiting.values_list("customer", flat=True).distinct():
        release_waiting(customer_id, now=now)
