"""Says that there is something to deliver.

Nothing is lost if nobody hears it: the sweep looks itself.
"""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from integrations.eboekhouden.failpoints import failpoint

log = structlog.get_logger(__name__)


def enqueue(connection_id: int) -> None:
    """Rings after the commit.

    A broker that is away delays the delivery, at most until the sweep.
    """
    transaction.on_commit(lambda: _enqueue(connection_id))


def _enqueue(connection_id: int) -> None:
    failpoint("before-doorbell")
    try:
        current_app.send_task("billing.tasks.deliver_bookings", args=[connection_id])
    except (OperationalError, OSError) as error:
        log.warning("doorbell.unheard", connection=connection_id, error=type(error).__name__)
