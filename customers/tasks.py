"""The Celery tasks of customers; the work is in the modules they call."""

from celery import shared_task

from integrations.runs import enqueue_run
from lib.clock import database_now

from . import importing, nightly
from .models import ImportRun


@shared_task
def run_import(run_id: int) -> None:
    """Carry out an import, unless another worker does."""
    importing.carry_out_import(run_id, clock=database_now)


@shared_task
def start_due_imports() -> None:
    """Every minute: queue the nightly imports that are due, and ask for every waiting run."""
    for run_id in nightly.start_due_imports(now=database_now()):
        enqueue_run(ImportRun, run_id)
