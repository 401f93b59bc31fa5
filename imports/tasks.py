"""The Celery tasks of imports; the work is in the modules they call."""

import datetime

from celery import shared_task
from django.utils import timezone

from integrations.runs import claimable, enqueue_run
from lib.clock import database_now

from . import carrying_out
from .models import FileImport, FileState
from .sources import delete_draft

# A draft that nobody started is deleted after so long.
DRAFT_KEPT_FOR = datetime.timedelta(days=7)


@shared_task
def run_file_import(run_id: int) -> None:
    """Carry out an import, unless another worker does."""
    carrying_out.carry_out_import(run_id, clock=database_now)


@shared_task
def sweep_file_imports() -> None:
    """Every minute: ask for every import that waits or whose worker died."""
    runs = claimable(FileImport.objects.all(), now=database_now())
    for run_id in runs.values_list("pk", flat=True):
        enqueue_run(FileImport, run_id)


@shared_task
def purge_drafts() -> None:
    """Every hour: delete drafts that nobody started, with their files."""
    before = timezone.now() - DRAFT_KEPT_FOR
    for draft in FileImport.objects.filter(state=FileState.DRAFT, created_at__lt=before):
        delete_draft(draft)
