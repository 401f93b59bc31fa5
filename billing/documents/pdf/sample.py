"""A sample invoice: it shows how a design looks with the data of the organisation."""

import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Organisation
from customers.models import Customer
from lib.money import net_amount
from vat.total_rows import total_fields
from vat.totals import totals
from vat.treatments import VatTreatment

from ...models import Invoice, InvoiceLine, InvoiceStatus
from ..document import InvoiceDocument
from ..parties import addressee_snapshot, issuer_snapshot

TERM = 30


def sample_document(organisation: Organisation, *, now: datetime.datetime) -> InvoiceDocument:
    """Return a sample that is never stored, in the language of the organisation."""
    today = now.date()
    with override(organisation.language):
        customer = _customer(organisation)
        invoice = Invoice(
            organisation=organisation,
            customer=customer,
            status=InvoiceStatus.FINAL,
            number=f"{today.year}-0124",
            date=today,
            payment_term=TERM,
            due_on=today + datetime.timedelta(days=TERM),
            reference="PO 88120",
            notes=_("Thank you for working with us."),
            language=organisation.language,
            created_at=now,
        )
        lines = _lines()
    for name, value in total_fields(totals(lines)).items():
        setattr(invoice, name, value)
    return InvoiceDocument(
        invoice, lines, issuer_snapshot(organisation), addressee_snapshot(customer)
    )


def _customer(organisation: Organisation) -> Customer:
    return Customer(
        organisation=organisation,
        number="K0042",
        name="De Groene Tuin B.V.",
        contact_name="Anna Smit",
        address="Dorpsstraat 12",
        postal_code="3511 AB",
        city="Utrecht",
        country="NL",
    )


def _lines() -> tuple[InvoiceLine, ...]:
    return (
        _line(_("Webshop · Development"), "9.50", "90.00", "hour"),
        _line(_("Webshop · Meetings"), "1.75", "95.00", "hour"),
        _line(_("Web fonts, licence"), "1.00", "58.75", "piece"),
        _line(_("Travel expenses"), "86.00", "0.30", "km"),
    )


def _line(description: str, quantity: str, price: str, unit: str) -> InvoiceLine:
    return InvoiceLine(
        description=description,
        quantity=Decimal(quantity),
        price=Decimal(price),
        net=net_amount(Decimal(quantity), Decimal(price)),
        unit=unit,
        vat_percentage=Decimal(21),
        vat_treatment=VatTreatment.DOMESTIC,
    )
