"""An organisation with many rows: unbilled ones, and as many billed on booked invoices."""

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import Membership, Organisation, Role
from billing.documents.parties import addressee_snapshot
from billing.models import Booking, BookingKind, Invoice, InvoiceLine, InvoiceStatus, State
from integrations.models import Connection
from projects.models import Project, Task
from registrations.models import Status, TimeEntry
from tests import factories
from vat.total_rows import total_fields
from vat.totals import totals

CUSTOMERS, PROJECTS, EMPLOYEES = 200, 500, 40
ROWS_A_LINE, LINES = 10, 2  # of an invoice
RATE = Decimal("95.00")
DAYS = 365


@dataclass(frozen=True)
class Agency:
    """The organisation whose pages are measured; `boss` may invoice."""

    boss: Membership
    people: list[Membership]
    projects: list[Project]
    task: Task
    connection: Connection
    today: datetime.date

    @property
    def organisation(self) -> Organisation:
        return self.boss.organisation

    def hour(self, number: int, **fields: Any) -> TimeEntry:
        """Return an unsaved hour; its number decides project, person and day of the year."""
        return TimeEntry(
            organisation=self.organisation,
            project=fields.pop("project", self.projects[number % PROJECTS]),
            membership=self.people[number % EMPLOYEES],
            task=self.task,
            date=self.today - datetime.timedelta(days=number % DAYS),
            minutes=60,
            hourly_rate=RATE,
            amount=RATE,
            description=f"Work on part {number}",
            **fields,
        )


def create_agency(*, today: datetime.date) -> Agency:
    """Create the organisation with customers, projects and people, but without rows."""
    organisation = factories.create_organisation()
    factories.create_vat_rate(organisation=organisation, is_default=True)
    customers = [factories.create_customer(organisation=organisation) for _ in range(CUSTOMERS)]
    in_turn = itertools.cycle(customers)
    return Agency(
        boss=factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR),
        people=[factories.create_membership(organisation=organisation) for _ in range(EMPLOYEES)],
        projects=[factories.create_project(customer=next(in_turn)) for _ in range(PROJECTS)],
        task=factories.create_task(organisation=organisation),
        connection=factories.create_connection(organisation=organisation),
        today=today,
    )


def add_unbilled(agency: Agency, count: int) -> None:
    """Add `count` hours that can be billed."""
    TimeEntry.objects.bulk_create(map(agency.hour, range(count)), batch_size=2000)


def add_billed(agency: Agency, count: int) -> None:
    """Add `count` hours billed on invoices that were sent and booked."""
    each = ROWS_A_LINE * LINES
    invoices = [_invoice(agency, number) for number in range(count // each)]
    lines_by_invoice = [
        _lines(agency, invoice, number * each) for number, invoice in enumerate(invoices)
    ]
    for invoice, lines in zip(invoices, lines_by_invoice, strict=True):
        for name, value in total_fields(totals(lines)).items():
            setattr(invoice, name, value)
    Invoice.objects.bulk_create(invoices, batch_size=1000)
    InvoiceLine.objects.bulk_create(itertools.chain(*lines_by_invoice), batch_size=1000)
    _send(invoices)
    Booking.objects.bulk_create(
        [_booking(agency, invoice) for invoice in invoices], batch_size=1000
    )
    TimeEntry.objects.bulk_create(_rows(agency, lines_by_invoice), batch_size=2000)


def _invoice(agency: Agency, number: int) -> Invoice:
    project = agency.projects[number % PROJECTS]
    date = agency.today - datetime.timedelta(days=number % DAYS)
    return Invoice(
        organisation=agency.organisation,
        customer=project.customer,
        date=date,
        payment_term=30,
        due_on=date + datetime.timedelta(days=30),
        addressee=addressee_snapshot(project.customer),
    )


def _send(invoices: list[Invoice]) -> None:
    """Mark the invoices as sent, after their lines are stored; a quarter is not paid yet."""
    for number, invoice in enumerate(invoices):
        invoice.number = f"{invoice.date.year}-{number:05d}"
        invoice.status = InvoiceStatus.PAID if number % 4 else InvoiceStatus.SENT
    Invoice.objects.bulk_update(invoices, ["number", "status"], batch_size=500)


def _lines(agency: Agency, invoice: Invoice, first: int) -> list[InvoiceLine]:
    (rate,) = agency.organisation.vat_rates.all()[:1]
    project = next(row for row in agency.projects if row.customer_id == invoice.customer_id)
    return [
        InvoiceLine(
            invoice=invoice,
            position=place,
            description=f"Development {place}",
            quantity=Decimal(ROWS_A_LINE),
            price=RATE,
            net=ROWS_A_LINE * RATE,
            vat_rate=rate,
            vat_percentage=rate.percentage,
            vat_code=rate.code,
            vat_treatment=rate.treatment,
            ledger_account="8000",
            project=project,
            specification=[
                _copied(agency, project, first + place * ROWS_A_LINE + number)
                for number in range(ROWS_A_LINE)
            ],
        )
        for place in range(1, LINES + 1)
    ]


def _copied(agency: Agency, project: Project, number: int) -> dict[str, Any]:
    member = agency.people[number % EMPLOYEES]
    return {
        "kind": "hours",
        "id": number,
        "date": agency.today.isoformat(),
        "employee": "Sanne de Vries",
        "employee_id": member.pk,
        "project": project.name,
        "project_id": project.pk,
        "description": f"Work on part {number}",
        "minutes": 60,
        "quantity": "1.00",
        "unit": "hour",
        "price": str(RATE),
        "amount": str(RATE),
    }


def _booking(agency: Agency, invoice: Invoice) -> Booking:
    line = {"vat_code": "HOOG_VERK_21", "ledger_account": "8000", "cost_centre_id": 0}
    lines = [{**line, "net": str(invoice.net), "vat": str(invoice.vat)}]
    message = {"number": invoice.number, "date": invoice.date.isoformat(), "lines": lines}
    figures = {name: str(getattr(invoice, name)) for name in ("net", "vat", "gross")}
    return Booking(
        organisation=agency.organisation,
        connection=agency.connection,
        kind=BookingKind.SALES_ENTRY,
        customer=invoice.customer,
        invoice=invoice,
        natural_key=invoice.number,
        payload={"schema": 1, "message": message, **figures},
        remote_snapshot={**message, **figures},
        state=State.CONFIRMED,
        next_at=None,
    )


def _rows(agency: Agency, lines_by_invoice: list[list[InvoiceLine]]) -> Iterator[TimeEntry]:
    for number, line in enumerate(itertools.chain(*lines_by_invoice)):
        for offset in range(ROWS_A_LINE):
            fields = {"invoice_line": line, "status": Status.INVOICED, "project": line.project}
            yield agency.hour(number * ROWS_A_LINE + offset, **fields)
