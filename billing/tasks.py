"""What Celery rings for.

The work itself is in the modules; every task may run twice without harm.
"""

from celery import shared_task

from integrations.books import open_books

from .bookings import sweeping
from .bookings.delivery import deliver


@shared_task(ignore_result=True)
def deliver_bookings(connection_id: int) -> None:
    """Somebody rang: deliver what is due on this connection."""
    deliver(connection_id, open_books=open_books)


@shared_task(ignore_result=True)
def sweep_bookings() -> None:
    """Every half minute: deliver whatever is due anywhere."""
    sweeping.sweep(open_books=open_books)
