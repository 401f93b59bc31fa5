"""What Celery does for projects."""

from celery import shared_task
from django.utils import timezone

from . import scheduled_amounts as scheduled_amounts


@shared_task
def plan_scheduled_amounts() -> int:
    """Plans the terms of all active projects, a year and a month ahead."""
    return scheduled_amounts.plan_all(today=timezone.localdate())
