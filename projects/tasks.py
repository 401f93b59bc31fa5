"""Celery tasks of projects."""

from celery import shared_task
from django.utils import timezone

from . import scheduled_amounts as scheduled_amounts


@shared_task
def plan_scheduled_amounts() -> int:
    """Plan the scheduled amounts of all active projects, 13 months ahead."""
    return scheduled_amounts.plan_all(today=timezone.localdate())
