"""Asking a worker to fetch payments."""

from accounts.models import Organisation
from integrations.models import Connection
from lib.dispatch import enqueue

from .fetching import fetchable, note_problem, unreachable


def payments_connection(organisation: Organisation) -> Connection | None:
    """The connection that payments are fetched over; None while it is off, paused or incomplete."""
    return fetchable().filter(organisation=organisation).first()


def request_payments(organisation: Organisation) -> bool:
    """Ask for the payments of an organisation. False if it has no connection to fetch them over."""
    connection = payments_connection(organisation)
    if connection is None:
        return False
    enqueue_fetching(connection.pk)
    return True


def enqueue_fetching(connection_id: int) -> None:
    """Ask a worker, after the commit; if the broker is down, the connection says so."""
    enqueue(
        "billing.tasks.fetch_payments",
        connection_id,
        on_failure=lambda: note_problem(connection_id, unreachable()),
    )
