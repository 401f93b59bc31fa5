"""Celery tasks of accounts."""

from celery import shared_task
from django.utils import timezone

from . import mails


@shared_task(ignore_result=True)
def send_account_mails() -> int:
    """Send the mails about accounts that are due; on request and every minute."""
    return mails.send_waiting(now=timezone.now())
