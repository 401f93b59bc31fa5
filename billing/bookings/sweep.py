"""The sweep: deliver due bookings for which no task was sent. It alone is sufficient."""

import datetime
from collections.abc import Callable

import structlog

from integrations.eboekhouden.client import EBoekhouden
from integrations.models import Connection
from lib.clock import database_now

from ..models import Booking, State
from .delivery import deliver
from .recording import release_waiting

log = structlog.get_logger(__name__)


def sweep(
    *,
    open_client: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime] = database_now,
) -> int:
    """Deliver what is due on every connection. Returns the number of claimed bookings."""
    release_forgotten(now=clock())
    connections = (
        Booking.objects.due(clock())
        .filter(connection__is_active=True, connection__paused_at=None)
        .order_by("connection")
        .values_list("connection", flat=True)
        .distinct()
    )
    return sum(_deliver(pk, open_client=open_client, clock=clock) for pk in list(connections))


def _deliver(
    connection_id: int,
    *,
    open_client: Callable[[Connection], EBoekhouden],
    clock: Callable[[], datetime.datetime],
) -> int:
    try:
        return deliver(connection_id, open_client=open_client, clock=clock)
    except Exception:
        # A programming error with one organisation must not keep the others waiting.
        log.exception("delivery.failed", connection=connection_id)
        return 0


def release_forgotten(*, now: datetime.datetime) -> None:
    """Release documents whose customer meanwhile exists, for instance through an import."""
    waiting = Booking.objects.filter(
        state=State.BLOCKED, reason="customer", customer__remote_id__isnull=False
    )
    for customer_id in waiting.values_list("customer", flat=True).distinct():
        release_waiting(customer_id, now=now)
