"""What Celery does for projects."""

from celery import shared_task
from django.utils import timezone

from . import scheduled_amounts as terms


@shared_task
def plan_terms() -> int:
    """Plans the terms of all active projects, a year and a month ahead."""
    return terms.plan_all(today=timezone.localdate())
