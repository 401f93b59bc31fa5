"""Telling a worker that there is an import to do. Nothing is lost when nobody hears it."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def enqueue(run_id: int) -> None:
    """Asks for the import at once; with the broker away the next round of the clock finds it."""
    try:
        current_app.send_task("customers.tasks.run_import", args=[run_id], expires=3600)
    except (OperationalError, OSError) as error:
        logger.warning("Nobody heard that import %s waits: %s", run_id, type(error).__name__)
