"""Finds what nobody rang for: this alone brings every booking to its end."""

import datetime
from collections.abc import Callable

import structlog

from integrations.eboekhouden.client import EBoekhouden
from integrations.models import Connection

from ..models import Booking, State
from .clock import database_now
from .delivery import deliver
from .recording import release_waiting

log = structlog.get_logger(__name__)


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
    return sum(_deliver(pk, open_books=open_books, clock=clock) for pk in list(connections))


def _deliver(
    connection_id: int,
    *,
    open_books: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime],
) -> int:
    try:
        return deliver(connection_id, open_books=open_books, clock=clock)
    except Exception:
        # A mistake of ours in the bookings of one organisation must not keep all others waiting.
        log.exception("delivery.failed", connection=connection_id)
        return 0


def release_forgotten(*, now: datetime.datetime) -> None:
    """Documents that wait for a customer which is known by now, through an import for instance."""
    waiting = Booking.objects.filter(
        state=State.BLOCKED, reason="customer", customer__remote_id__isnull=False
    )
    for customer_id in waiting.values_list("customer", flat=True).distinct():
        release_waiting(customer_id, now=now)
