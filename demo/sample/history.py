"""Invoices from before the three months of the sample, so that years can be compared.

They were taken over from another program: all but three are paid, and they have no registrations to
release.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Membership, Organisation
from billing.documents.parties import addressee_snapshot, issuer_snapshot
from billing.models import Invoice, InvoiceLine, InvoiceStatus, Origin
from billing.numbering import series_prefix
from customers.models import Customer
from lib.days import ONE_DAY
from lib.money import net_amount
from projects.models import Method, Project
from projects.periods import add_months
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals

from .days import Calendar, next_weekday

MONTHS = 22  # before the first month of the sample
# Customer, hours in a slow month, euros per hour.
WORK = (
    ("K00098", 78, "90.00"),
    ("K00085", 60, "95.00"),
    ("K00091", 46, "92.50"),
    ("K00095", 32, "95.00"),
)
SEASON = (0, 4, 9, 6, 11, 14, 3, 2, 12, 17, 15, 8)  # additional hours, by month of the year
GROWTH = 9  # additional hours per month in the second year
STILL_OPEN = (2, 5, 9)  # counted from the last invoice
TASK = "Ontwikkeling"


@dataclass(frozen=True)
class Studio:
    """The organisation with its people, VAT rate, projects and customers."""

    organisation: Organisation
    people: tuple[Membership, ...]
    rate: VatRate
    projects: Mapping[str, Project]
    customers: Mapping[str, Customer]


def add_history(
    people: Mapping[str, Membership], customers: Mapping[str, Customer], calendar: Calendar
) -> None:
    """Add an invoice per month for each of four customers."""
    organisation = people["Sanne"].organisation
    projects = {number: _project(customers[number]) for number, *_rest in WORK}
    rate = organisation.vat_rates.get(is_default=True)
    studio = Studio(organisation, tuple(people.values()), rate, projects, customers)
    _store(list(_invoices(studio, calendar)))


def _store(made: Sequence[tuple[Invoice, InvoiceLine]]) -> None:
    """Store drafts, add the lines, then finalise: a final invoice cannot get lines."""
    invoices = [invoice for invoice, _line in made]
    ends = [(invoice.status, invoice.number) for invoice in invoices]
    for invoice in invoices:
        invoice.status, invoice.number = InvoiceStatus.DRAFT, ""
    Invoice.objects.bulk_create(invoices)
    InvoiceLine.objects.bulk_create(line for _invoice, line in made)
    for invoice, end in zip(invoices, ends, strict=True):
        invoice.status, invoice.number = end
    Invoice.objects.bulk_update(invoices, ["status", "number"])


def _project(customer: Customer) -> Project:
    return Project.objects.create(
        organisation=customer.organisation,
        customer=customer,
        name="Eerder werk",
        method=Method.TASK_RATE,
        is_archived=True,
    )


def _invoices(studio: Studio, calendar: Calendar) -> Iterator[tuple[Invoice, InvoiceLine]]:
    numbers: dict[int, int] = {}
    remaining = MONTHS * len(WORK)
    for month in range(MONTHS):
        first = add_months(calendar.first, month - MONTHS)
        date = next_weekday(add_months(first, 1))
        for customer, hours, price in WORK:
            remaining -= 1
            numbers[date.year] = numbers.get(date.year, 0) + 1
            line = _line(
                studio, customer, first, Decimal(price), hours + _additional_hours(first, month)
            )
            invoice = _invoice(studio, customer, date, calendar)
            prefix = series_prefix(studio.organisation, Origin.HERE)
            invoice.number = f"{prefix}{date.year}-{numbers[date.year]:04d}"
            if remaining in STILL_OPEN:
                invoice.status, invoice.paid_at = InvoiceStatus.SENT, None
            _settle(invoice, line)
            yield invoice, line


def _additional_hours(first: datetime.date, month: int) -> int:
    return SEASON[first.month - 1] + (GROWTH if month >= MONTHS // 2 else 0)


def _invoice(studio: Studio, number: str, date: datetime.date, calendar: Calendar) -> Invoice:
    customer, at = studio.customers[number], calendar.at(date, 16, 20)
    return Invoice(
        organisation=studio.organisation,
        customer=customer,
        status=InvoiceStatus.PAID,
        date=date,
        payment_term=30,
        due_on=date + 30 * ONE_DAY,
        language=studio.organisation.language,
        issuer=issuer_snapshot(studio.organisation),
        addressee=addressee_snapshot(customer),
        final_at=at,
        sent_at=at,
        paid_at=calendar.at(date + 25 * ONE_DAY, 9, 5),
        created_at=at,
    )


def _settle(invoice: Invoice, line: InvoiceLine) -> None:
    for name, value in total_fields(totals([line])).items():
        setattr(invoice, name, value)
    if invoice.status == InvoiceStatus.PAID:
        invoice.paid_amount = invoice.gross
    line.invoice = invoice


def _line(
    studio: Studio, number: str, first: datetime.date, price: Decimal, hours: int
) -> InvoiceLine:
    project = studio.projects[number]
    line = InvoiceLine(
        position=1,
        description=f"{project.name} · {TASK}",
        quantity=Decimal(hours),
        unit="hour",
        price=price,
        net=net_amount(Decimal(hours), price),
        vat_rate=studio.rate,
        vat_percentage=studio.rate.percentage,
        vat_code=studio.rate.code,
        vat_treatment=studio.rate.treatment,
        project=project,
    )
    # One employee does a third, the next one the rest; every month it is another pair.
    offset = first.month + len(number) + int(number[1:])
    hours_by_person = ((offset, hours // 3), (offset + 1, hours - hours // 3))
    line.specification = [
        _row(project, studio.people[person % len(studio.people)], first, price, person_hours)
        for person, person_hours in hours_by_person
    ]
    return line


def _row(
    project: Project, member: Membership, first: datetime.date, price: Decimal, hours: int
) -> dict[str, object]:
    return {
        "kind": "hours",
        "id": 0,
        "date": next_weekday(first).isoformat(),
        "until": None,
        "employee": str(member),
        "employee_id": member.pk,
        "project": project.name,
        "project_id": project.pk,
        "task": TASK,
        "description": "",
        "minutes": hours * 60,
        "quantity": f"{hours}.00",
        "unit": "hour",
        "price": str(price),
        "amount": str(net_amount(Decimal(hours), price)),
    }
