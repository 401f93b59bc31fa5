"""Asks a worker to fetch payments; when nobody hears it, the page says so."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts.models import Organisation
from integrations.models import Connection

from .fetching import fetchable, note_problem, unreachable

log = structlog.get_logger(__name__)
EXPIRES = 3600  # seconds


def payments_connection(organisation: Organisation) -> Connection | None:
    """The connection over which payments come back; None while it is off, paused or incomplete."""
    return fetchable().filter(organisation=organisation).first()


def ask_for_payments(organisation: Organisation) -> bool:
    """Rings after the commit. False if this organisation has nothing to ask over."""
    connection = payments_connection(organisation)
    if connection is None:
        return False
    enqueue(connection.pk)
    return True


def enqueue(connection_id: int) -> None:
    """Rings after the commit for one connection."""
    transaction.on_commit(lambda: _enqueue(connection_id))


def _enqueue(connection_id: int) -> None:
    try:
        current_app.send_task("billing.tasks.fetch_payments", args=[connection_id], expires=EXPIRES)
    except (OperationalError, OSError) as error:
        log.warning("payments.unheard", connection=connection_id, error=type(error).__name__)
        note_problem(connection_id, unreachable())
