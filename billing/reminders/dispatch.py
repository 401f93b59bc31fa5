"""Asks a worker to send reminders; who rings unheard is found by the sweep a minute later."""

import datetime

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError

from accounts.models import Organisation

from ..models import Reminder, ReminderMode

log = structlog.get_logger(__name__)
EXPIRES = 3600  # seconds
# What was queued just now was rung for just now.
UNHEARD_AFTER = datetime.timedelta(minutes=1)


def sending_by_themselves() -> QuerySet[Organisation]:
    """Organisations whose reminders go without anybody ticking them."""
    return Organisation.objects.filter(
        reminder_settings__is_on=True, reminder_settings__mode=ReminderMode.SEND
    )


def with_a_queue(*, now: datetime.datetime) -> list[int]:
    """Ids of organisations with reminders that wait longer than they should."""
    waiting = Reminder.objects.filter(mail=None, queued_at__lt=now - UNHEARD_AFTER)
    ids = waiting.order_by().values_list("invoice__organisation", flat=True).distinct()
    return list(ids)


def enqueue(task: str, organisation_id: int) -> None:
    """Rings after the commit for one organisation."""
    transaction.on_commit(lambda: _enqueue(task, organisation_id))


def _enqueue(task: str, organisation_id: int) -> None:
    try:
        current_app.send_task(f"billing.tasks.{task}", args=[organisation_id], expires=EXPIRES)
    except (OperationalError, OSError) as error:
        log.warning("reminders.unheard", organisation=organisation_id, error=type(error).__name__)
