"""What the worker and the clock do for customers: nothing but calling it."""

from celery import shared_task
from django.utils import timezone

from . import importing, nightly
from .import_runs import enqueue_import


@shared_task
def run_import(run_id: int) -> None:
    """Carries out an import, unless another worker does."""
    importing.carry_out(run_id, clock=timezone.now)


@shared_task
def start_due_imports() -> None:
    """Queues the nightly imports that are due, and rings for all that wait."""
    for run_id in nightly.start_due_imports(now=timezone.now()):
        enqueue_import(run_id)
