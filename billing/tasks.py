"""What Celery rings for.

The work itself is in the modules; every task may run twice without harm.
"""

from celery import shared_task
from django.utils import timezone

from integrations.books import open_books

from . import payment_bell, payments
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


@shared_task(ignore_result=True)
def fetch_payments(connection_id: int) -> None:
    """Somebody asked, or it is night: bring back what e-Boekhouden knows of payments."""
    for connection in payments.fetchable().filter(pk=connection_id):
        payments.fetch_payments(connection, open_books=open_books, now=timezone.now())


@shared_task(ignore_result=True)
def fetch_all_payments() -> None:
    """Every night: ring for each connection, so that one that fails keeps no other waiting."""
    for connection_id in payments.fetchable().values_list("pk", flat=True):
        payment_bell.ring(connection_id)
