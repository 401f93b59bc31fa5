"""Telling a worker that there is an import to do. Nothing is lost when nobody hears it."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def enqueue(run_id: int) -> None:
    """Asks for the import at once; with the broker away the next round of the clock finds it."""
    try:
        current_app.send_task("customers.tasks.run_import", args=[run_id], expires=3600)
    except (OperationalError, OSError) as error:
        log.warning("import.unheard", run=run_id, error=type(error).__name__)
