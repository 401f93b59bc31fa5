"""Data of the fault grid: an agency and one document for each cell, made by the program."""

import datetime
from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation
from billing.bookings.outbox import enqueue_delivery, queue_relation
from billing.invoices.creating import InvoiceRequest, draft_invoices, invoice_in_eboekhouden
from billing.invoices.issuing import mark_sent
from billing.invoices.proposals import Options, propose
from billing.invoices.sales_entries import create_sales_entries
from billing.models import Invoice, Origin
from billing.unbilled.lines import Grouping
from billing.unbilled.work import WorkQuery
from customers.models import Customer
from integrations.eboekhouden import messages
from integrations.models import Connection, Numbering
from integrations.sessions import open_client
from integrations.switching import resume
from tests import factories

from . import agency
from .cells import COUNT, NUMBERED_BY_SERVICE, TOGETHER
from .failing import HELD


def create_cells(kinds: Iterable[str]) -> list[dict[str, object]]:
    """Empty the tables and create an agency with one customer and one hour for each cell."""
    agency.empty()
    created = []
    for place, kind in enumerate(kinds, start=1):
        numbering = Numbering.EBOEKHOUDEN if kind == NUMBERED_BY_SERVICE else Numbering.OWN
        count = COUNT if kind in TOGETHER else 1
        made = agency.create_agency(place, customers=count, numbering=numbering)
        connection = Connection.objects.select_related("organisation").get(pk=made.connection)
        organisation = connection.organisation
        # Deliveries start when all cells exist, so that no cell ends before the next begins.
        day = day_of(kind, place)
        for project in organisation.projects.filter(name__startswith="Project"):
            factories.create_time_entry(
                project=project,
                membership=organisation.memberships.first(),
                task=organisation.tasks.get(),
                date=day,
            )
        created.append(asdict(made) | names(organisation, place, kind, day) | {"kind": kind})
    return created


def day_of(kind: str, place: int) -> datetime.date:
    """Return the date of the documents of a cell.

    A list of a period has no number, so several documents of a cell have a year of their own.
    """
    today = timezone.localdate()
    return datetime.date(today.year - place % 40, 6, 1) if kind in TOGETHER else today


def names(
    organisation: Organisation, place: int, kind: str, day: datetime.date
) -> dict[str, object]:
    """Return the customers of a cell, the number for which a fault is meant, and its dates."""
    sent = TOGETHER.get(kind, kind) == "sales entry"
    prefix = "" if kind == "relation" else f"{'H' if sent else 'E'}{place}-"
    customers = list(organisation.customers.order_by("pk"))
    nth = 2 if kind in TOGETHER else 1
    number = f"{prefix}{day.year}-{nth:04}" if prefix else customers[0].number
    return {
        "customer": customers[0].number,
        "known": [[customer.number, customer.name] for customer in customers],
        "number": number,
        "series": f"{prefix}{day.year}-" if prefix else number,
        "day": day.isoformat(),
        "year": day.replace(month=1, day=1).isoformat(),
    }


def make_known(ids: dict[str, int]) -> None:
    """Give customers the ids of their relations, as an import does."""
    for number, remote_id in ids.items():
        Customer.objects.filter(number=number).update(remote_id=remote_id)


def occupy(code: str, names: Iterable[tuple[str, str]]) -> None:
    """Create other documents in e-Boekhouden under these numbers, for this relation."""
    connection = Connection.objects.order_by("pk")[0]
    with open_client(connection) as books:
        for kind, number in names:
            if kind == "invoice":
                books.add_invoice(other_invoice(connection, number, code))
            else:
                books.add_sales_entry(other_entry(connection, number, code))


def other_invoice(connection: Connection, number: str, code: str) -> messages.Invoice:
    return messages.Invoice(
        number=number,
        relation_code=code,
        date=timezone.localdate(),
        payment_term=14,
        template=connection.template,
        lines=[
            messages.InvoiceLine(
                quantity=Decimal(1),
                unit="Uur",
                code="X",
                description="Something else",
                price=Decimal(1),
                vat_code="HOOG_VERK_21",
                ledger_account=connection.ledger_account,
            )
        ],
    )


def other_entry(connection: Connection, number: str, code: str) -> messages.SalesEntry:
    return messages.SalesEntry(
        number=number,
        relation_code=code,
        date=timezone.localdate(),
        payment_term=14,
        debtor_account=connection.debtor_account,
        description="Something else",
        document="",
        lines=[
            messages.SalesEntryLine(
                net=Decimal("1.00"),
                vat=Decimal("0.21"),
                gross=Decimal("1.21"),
                vat_code="HOOG_VERK_21",
                vat_percentage=Decimal(21),
                ledger_account=connection.ledger_account,
            )
        ],
    )


def resume_all(connections: list[int]) -> None:
    """Lift the pause of each connection, as an administrator does after a successful test."""
    for connection in Connection.objects.filter(pk__in=connections).order_by("pk"):
        resume(connection, by=None, now=timezone.now())
        enqueue_delivery(connection.pk)


def make(connection_id: int, kind: str) -> None:
    """Create the document of a cell unless it exists; a killed process is started again."""
    HELD[:] = [connection_id]
    connection = Connection.objects.select_related("organisation").get(pk=connection_id)
    if connection.bookings.exists():
        return
    by, now = connection.organisation.memberships.first().user, timezone.now()
    if kind == "relation":
        with transaction.atomic():
            queue_relation(connection.organisation.customers.get(), connection, by=by, now=now)
            enqueue_delivery(connection.pk)
    elif TOGETHER.get(kind, kind) == "sales entry":
        sent = drafts_sent(connection, by=by, now=now)
        create_sales_entries(sent, connection, by=by, now=now)
    else:
        invoice_in_eboekhouden(
            order(connection, by, Origin.EBOEKHOUDEN), connection=connection, now=now
        )


def drafts_sent(connection: Connection, *, by, now) -> list[Invoice]:
    """Draft and send invoices, or return those that a killed process sent."""
    found = list(Invoice.objects.filter(organisation=connection.organisation))
    drafts = found or draft_invoices(order(connection, by, Origin.HERE), now=now)
    return [mark_sent(draft, by=by, now=now) for draft in drafts]


def order(connection: Connection, by, origin: str) -> InvoiceRequest:
    organisation = connection.organisation
    work = WorkQuery(time_entries=organisation.time_entries.all())
    date = organisation.time_entries.latest("date").date
    options = Options(origin=origin, grouping=Grouping.TASK, per_project=False, date=date)
    return InvoiceRequest(
        organisation,
        work,
        options,
        propose(organisation, work.load(), options=options).token,
        by,
    )
