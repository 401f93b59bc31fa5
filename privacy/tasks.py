"""Celery tasks of privacy; the work is in the modules that they call."""

from celery import shared_task
from django.utils import timezone

from lib.clock import database_now

from . import exports, purging


@shared_task(ignore_result=True)
def run_export(run_id: int) -> None:
    """Make an export, unless another worker does; on request."""
    exports.run_export(run_id, clock=database_now)


@shared_task(ignore_result=True)
def sweep_exports() -> None:
    """Ask for every export that waits or whose worker died; every minute."""
    exports.enqueue_waiting(now=database_now())


@shared_task(ignore_result=True)
def purge() -> dict[str, int]:
    """Delete what is older than its period; every night."""
    return purging.purge(clock=timezone.now)
