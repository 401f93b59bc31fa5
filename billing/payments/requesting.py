"""Ask a worker to fetch payments; a request is kept until a worker has carried it out."""

import datetime

from django.db.models import QuerySet

from accounts.models import Organisation
from integrations.models import Connection, connection_of
from integrations.runs import ABANDONED_AFTER
from lib.clock import due_at
from lib.dispatch import enqueue

from .fetching import fetchable, note_problem, unreachable


def payments_connection(organisation: Organisation) -> Connection | None:
    """Return the connection to fetch payments over; None if off, paused or incomplete."""
    connection = connection_of(organisation)
    return connection if connection and connection.is_usable else None


def request_payments(organisation: Organisation, *, now: datetime.datetime) -> bool:
    """Ask for the payments of an organisation. False if it has no connection to fetch them over."""
    connection = payments_connection(organisation)
    if connection is None:
        return False
    request_fetching(connection.pk, now=now)
    return True


def request_fetching(connection_id: int, *, now: datetime.datetime) -> None:
    """Store the request, and ask a worker after the commit."""
    Connection.objects.filter(pk=connection_id).update(payments_requested_at=due_at(now))
    _enqueue(connection_id)


def requested() -> QuerySet[Connection]:
    """Return the connections whose payments were requested and not fetched yet."""
    return fetchable().filter(payments_requested_at__isnull=False)


def enqueue_waiting(*, now: datetime.datetime) -> None:
    """Ask again for requests that no worker carried out: broker or worker were down."""
    waiting = requested().filter(payments_requested_at__lt=now - ABANDONED_AFTER)
    for connection_id in waiting.values_list("pk", flat=True):
        _enqueue(connection_id)


def _enqueue(connection_id: int) -> None:
    """Ask a worker; if the broker is down, the connection gets that problem."""
    enqueue(
        "billing.tasks.fetch_payments",
        connection_id,
        on_failure=lambda: note_problem(connection_id, unreachable()),
    )
