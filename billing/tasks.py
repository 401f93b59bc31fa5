"""What Celery rings for.

The work itself is in the modules; every task may run twice without harm.
"""

from celery import shared_task
from django.utils import timezone

from integrations.books import open_books
from integrations.eboekhouden.failpoints import failpoint

from . import payment_bell, payments
from .bookings import sweeping
from .bookings.delivery import deliver
from .checking import carrying_out, runs


@shared_task(ignore_result=True)
def deliver_bookings(connection_id: int) -> None:
    """Somebody rang: deliver what is due on this connection."""
    deliver(connection_id, open_books=open_books)
    failpoint("before-acknowledging")


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


@shared_task(ignore_result=True)
def run_check(run_id: int) -> None:
    """Somebody asked, or it is night: compare what we booked with what stands there."""
    carrying_out.carry_out(run_id, open_books=open_books, clock=timezone.now)


@shared_task(ignore_result=True)
def start_nightly_checks() -> None:
    """Every night, after the payments: one check for each connection that can be asked."""
    runs.start_nightly_checks(payments.fetchable())


@shared_task(ignore_result=True)
def ring_for_checks() -> None:
    """Every minute: whatever check nobody heard of, or whose worker has died."""
    runs.ring_for_waiting(now=timezone.now())
