"""Celery tasks of registrations."""

from celery import shared_task
from django.utils import timezone

from . import kept_receipts


@shared_task
def purge_kept_receipts() -> int:
    """Delete the receipts that were kept for forms with an error for more than a day."""
    return kept_receipts.purge(now=timezone.now())
