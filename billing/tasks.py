"""The Celery tasks of billing.

The work is in the modules that they call. Every task may run twice without harm.
"""

from celery import shared_task
from django.utils import timezone

from accounts.models import Organisation
from integrations.eboekhouden.failpoints import failpoint
from integrations.sessions import open_client
from lib.clock import database_now
from lib.dispatch import enqueue

from .bookings import sweep as sweeping
from .bookings.delivery import deliver
from .documents.archive.storing import complete_archive
from .invoices import in_background
from .mailing.sending import give_up_abandoned
from .models import InvoiceMail
from .payments import fetching, requesting
from .reconciliation import restoring, runs
from .reconciliation import running as carrying_out
from .reminders.sending import deliver_reminders, queue_reminders, with_waiting_reminders
from .reminders.settings import with_automatic_reminders


@shared_task(ignore_result=True)
def deliver_bookings(connection_id: int) -> None:
    """Deliver what is due on this connection; on request."""
    deliver(connection_id, open_client=open_client)
    failpoint("before-acknowledging")


@shared_task(ignore_result=True)
def sweep_bookings() -> None:
    """Deliver what is due on every connection; every 30 seconds."""
    sweeping.sweep(open_client=open_client)


@shared_task(ignore_result=True)
def fetch_payments(connection_id: int) -> None:
    """Fetch the payments, if they are still requested; on request and every night."""
    for connection in requesting.requested().filter(pk=connection_id):
        fetching.fetch_payments(connection, open_client=open_client, now=database_now())


@shared_task(ignore_result=True)
def fetch_all_payments() -> None:
    """Request payments per connection, so that a failure delays no other; every night."""
    for connection_id in fetching.fetchable().values_list("pk", flat=True):
        requesting.request_fetching(connection_id, now=database_now())


@shared_task(ignore_result=True)
def sweep_payments() -> None:
    """Ask again for payments that were requested and not fetched; every minute."""
    requesting.enqueue_waiting(now=database_now())


@shared_task(ignore_result=True)
def run_invoicing(run_id: int) -> None:
    """Make the invoices that a person confirmed; on request."""
    in_background.run_invoicing(run_id, clock=database_now)


@shared_task(ignore_result=True)
def sweep_invoicing() -> None:
    """Ask for confirmations that wait for a worker, or whose worker has died; every 30 seconds."""
    in_background.enqueue_waiting(now=database_now())


@shared_task(ignore_result=True)
def run_reconciliation(run_id: int) -> None:
    """Compare our bookings with e-Boekhouden; on request and every night."""
    carrying_out.run_reconciliation(run_id, open_client=open_client, clock=database_now)


@shared_task(ignore_result=True)
def start_nightly_reconciliations() -> None:
    """Start a check for each usable connection; every night, after the payments."""
    runs.start_nightly_reconciliations(fetching.fetchable())


@shared_task(ignore_result=True)
def sweep_reconciliations() -> None:
    """Ask for checks that wait for a worker, or whose worker has died; every minute.

    Also start the comparison that a restore requires.
    """
    runs.enqueue_waiting(now=database_now())
    restoring.compare_and_resume(now=database_now(), today=timezone.localdate())


@shared_task(ignore_result=True)
def send_reminders(organisation_id: int) -> None:
    """Send the queued reminders; on request and every morning."""
    for organisation in Organisation.objects.filter(pk=organisation_id):
        deliver_reminders(organisation, clock=database_now)


@shared_task(ignore_result=True)
def queue_due_reminders(organisation_id: int) -> None:
    """Queue and send the reminders of an organisation that automates them; every morning."""
    for organisation in with_automatic_reminders().filter(pk=organisation_id):
        queue_reminders(organisation, by=None, now=database_now(), today=timezone.localdate())
        deliver_reminders(organisation, clock=database_now)


@shared_task(ignore_result=True)
def start_due_reminders() -> None:
    """Start a task for each organisation with automatic reminders; every morning."""
    for organisation_id in with_automatic_reminders().values_list("pk", flat=True):
        enqueue("billing.tasks.queue_due_reminders", organisation_id)


@shared_task(ignore_result=True)
def sweep_reminders() -> None:
    """End the e-mails of dead workers, and ask again for waiting reminders; every minute."""
    now = database_now()
    give_up_abandoned(InvoiceMail.objects.all(), now=now)
    for organisation_id in with_waiting_reminders(now=now):
        enqueue("billing.tasks.send_reminders", organisation_id)


@shared_task(ignore_result=True)
def complete_some_of_the_archive() -> None:
    """Create some of the files that older invoices lack; every ten minutes."""
    complete_archive(now=timezone.now(), most=100)
