"""Work that talks to e-Boekhouden: the sandbox waits before each answer, as a network does."""

import datetime
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.bookings.delivery import deliver
from billing.bookings.outbox import queue_sales_entry
from billing.invoices.issuing import mark_sent
from billing.models import Batch, Booking, State
from customers.importing import carry_out_import
from customers.models import Customer, ImportRun
from customers.nightly import start_due_imports
from integrations.models import Connection
from integrations.nightly import SPREAD_MINUTES, next_night
from integrations.sessions import open_client
from sandbox import Sandbox
from tests import factories

from .measuring import Figure
from .options import OPTIONS
from .seeding import Agency

SENDING, IMPORTING = 0.1, 0.05  # seconds a call
WORKERS = (1, 2, 4)
FEW = 100


@contextmanager
def slow_sandbox(seconds: float) -> Iterator[Sandbox]:
    """Start a sandbox that waits before every answer, and use it as e-Boekhouden."""
    before = settings.EBOEKHOUDEN_URL
    with Sandbox() as sandbox:
        sandbox.faults.add("delay", seconds=seconds, count=None)
        settings.EBOEKHOUDEN_URL = sandbox.url
        try:
            yield sandbox
        finally:
            settings.EBOEKHOUDEN_URL = before


def _calls(sandbox: Sandbox) -> int:
    return sum(record.id for record in sandbox.books.requests(limit=1))


# --- Deliveries -----------------------------------------------------------------------------------


def deliveries(agency: Agency) -> Iterator[Figure]:
    """Deliver sales entries, a few and many, with 100 ms a call."""
    for count in sorted({min(FEW, OPTIONS.documents), OPTIONS.documents}):
        with slow_sandbox(SENDING) as sandbox:
            yield _delivered(_entries(sandbox, count), sandbox, count)


def _entries(sandbox: Sandbox, count: int) -> Connection:
    """Queue sales entries of one customer in an organisation of their own."""
    organisation = factories.create_organisation(**factories.LAWFUL_ISSUER)
    user = factories.create_membership(organisation=organisation).user
    target = factories.create_connection(organisation=organisation, sandbox=sandbox)
    customer = factories.create_customer(organisation=organisation, **factories.LAWFUL_ADDRESSEE)
    project = factories.create_project(customer=customer)
    now, batch = timezone.now(), Batch.objects.create(organisation=organisation)
    for _number in range(count):
        draft = factories.create_invoice_line(project=project).invoice
        with transaction.atomic():
            invoice = mark_sent(draft, by=user, now=now)
            queue_sales_entry(invoice, target, by=user, now=now, batch=batch)
    return target


def _delivered(target: Connection, sandbox: Sandbox, count: int) -> Figure:
    began, before = time.perf_counter(), _calls(sandbox)
    with CaptureQueriesContext(connection) as queries:
        while deliver(target.pk, open_client=open_client):
            pass
    seconds, calls = time.perf_counter() - began, _calls(sandbox) - before
    booked = Booking.objects.filter(connection=target, state=State.CONFIRMED, invoice__isnull=False)
    asked = [query for query in queries if query["sql"] not in ("BEGIN", "COMMIT")]
    in_sql = sum(float(query["time"]) for query in queries) * 1000
    note = (
        f"{booked.count()} booked, {calls / count:.2f} calls a document,"
        f" {seconds / calls / SENDING:.2f} × calls × latency,"
        f" {len(asked) / count:.1f} queries and {in_sql / count:.1f} ms of SQL a document"
    )
    bar = 1000 * 1.1 * calls * SENDING
    return Figure.of(f"Deliver {count} documents", seconds, bar, note=note, queries=len(asked))


# --- The nightly import ---------------------------------------------------------------------------


def nights(agency: Agency) -> Iterator[Figure]:
    """Import the relations of many organisations, by one, two and four workers."""
    with slow_sandbox(IMPORTING) as sandbox:
        sandbox.seed_relations(
            {"Code": f"R{number}", "Bedrijf": f"Customer {number}"}
            for number in range(OPTIONS.relations)
        )
        connections = [_subscriber(sandbox) for _number in range(OPTIONS.organisations)]
        yield _spread(connections)
        for workers in WORKERS:
            yield _night(sandbox, connections, workers)


def _subscriber(sandbox: Sandbox) -> Connection:
    """Connect an organisation of its own; all of them share the books of the sandbox."""
    organisation = factories.create_organisation()
    target = Connection(
        organisation=organisation, is_active=True, username=sandbox.username, nightly_import=True
    )
    target.set_codes(sandbox.security_code_1, sandbox.security_code_2)
    target.administration_key = f"{organisation.pk:064}"
    target.save()
    return target


def _spread(connections: list[Connection]) -> Figure:
    """Return how many of these imports begin in the fullest minute of the night."""
    now = datetime.datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
    minutes = [next_night(one.organisation_id, now=now) for one in connections]
    fullest = statistics.multimode(minutes)[0]
    text = f"{minutes.count(fullest)} of {len(minutes)} in the fullest of {SPREAD_MINUTES} minutes"
    return Figure.of("Nightly import: beginnings", 0, note=text)


def _night(sandbox: Sandbox, connections: list[Connection], workers: int) -> Figure:
    """Import everything anew with so many worker processes, and forget it again."""
    ids = [one.organisation_id for one in connections]
    due = timezone.now() - datetime.timedelta(minutes=1)
    Connection.objects.filter(pk__in=[one.pk for one in connections]).update(next_import_at=due)
    with _processes(workers) as pool:
        before, began = _calls(sandbox), time.perf_counter()
        for done in [pool.submit(_import, run) for run in start_due_imports(now=timezone.now())]:
            done.result()
        seconds, calls = time.perf_counter() - began, _calls(sandbox) - before
    made = Customer.objects.filter(organisation__in=ids).count()
    ImportRun.objects.filter(organisation__in=ids).delete()
    Customer.objects.filter(organisation__in=ids).delete()
    divided = f"{workers} worker{'s' if workers > 1 else ''}"
    name = f"{len(ids)} organisations × {OPTIONS.relations} customers, {divided}"
    each = 1000 * workers * seconds / len(ids)
    note = f"{made} customers, {calls / len(ids):.1f} calls and {each:.0f} ms of a worker each"
    return Figure.of(name, seconds, note=note)


def _processes(workers: int) -> ProcessPoolExecutor:
    """Return worker processes that have loaded the program, and have asked the database once."""
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_load, initargs=(settings.EBOEKHOUDEN_URL,)
    )
    for ready in [pool.submit(time.sleep, 0.5) for _worker in range(workers)]:
        ready.result()
    return pool


def _load(url: str) -> None:
    # The program itself was loaded with the module that began the measuring.
    settings.EBOEKHOUDEN_URL = url
    connection.ensure_connection()


def _import(run: int) -> None:
    carry_out_import(run, clock=timezone.now)
