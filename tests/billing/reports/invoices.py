"""Final invoices for reports, created at once with lines and their specification."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.models import Membership, Organisation
from billing.documents.parties import addressee_snapshot
from billing.models import Invoice, InvoiceLine, InvoiceStatus
from customers.models import Customer
from projects.models import Project
from tests import factories
from tests.billing.issued import become
from vat.models import VatRate
from vat.total_rows import total_fields
from vat.totals import totals

TODAY = factories.TODAY


@dataclass
class Line:
    """Net in euros; `rows` are employee, project and amount of its billed rows."""

    net: str
    rate: VatRate
    project: Project | None = None
    rows: Sequence[tuple[Membership | None, Project, str]] = field(default_factory=tuple)

    def stored(self, invoice: Invoice, position: int) -> InvoiceLine:
        return InvoiceLine(
            invoice=invoice,
            position=position,
            description="Work",
            quantity=Decimal(1),
            price=Decimal(self.net),
            net=Decimal(self.net),
            vat_rate=self.rate,
            vat_percentage=self.rate.percentage,
            vat_code=self.rate.code,
            vat_treatment=self.rate.treatment,
            project=self.project,
            specification=[
                {
                    "employee_id": member and member.pk,
                    "project_id": project.pk,
                    "amount": amount,
                }
                for member, project, amount in self.rows
            ],
        )


def create_invoice(
    organisation: Organisation,
    *lines: Line,
    customer: Customer | None = None,
    date: datetime.date = TODAY,
    discount: str = "0",
    status: str = InvoiceStatus.SENT,
    **fields: object,
) -> Invoice:
    """Create a final invoice with its stored totals."""
    customer = customer or factories.create_customer(organisation=organisation)
    number = "" if status == InvoiceStatus.DRAFT else f"R{Invoice.objects.count() + 1:05d}"
    invoice = Invoice(
        organisation=organisation,
        customer=customer,
        date=date,
        payment_term=30,
        due_on=fields.pop("due_on", date + datetime.timedelta(days=30)),
        discount=Decimal(discount),
        addressee=addressee_snapshot(customer),
        **fields,
    )
    stored = [line.stored(invoice, position) for position, line in enumerate(lines, start=1)]
    found = total_fields(totals(stored, discount=invoice.discount))
    for name, value in found.items():
        setattr(invoice, name, value)
    invoice.save()
    InvoiceLine.objects.bulk_create(stored)
    return become(invoice, status=status, number=number)
