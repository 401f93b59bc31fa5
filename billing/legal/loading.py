"""Loading stored invoices for the rules, in a fixed number of queries."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import fields

from django.db.models import Max

from accounts.closed_periods import why_closed
from accounts.models import Organisation
from customers.models import Customer
from integrations.models import connection_of
from vat.treatments import VatTreatment

from ..documents.document import InvoiceDocument
from ..documents.parties import addressee_snapshot, issuer_snapshot
from ..documents.supply import Period, supply_periods
from ..models import FiledReturn, Invoice, InvoiceLine, InvoiceStatus, Origin
from .view import Document, Party

PARTY = {field.name for field in fields(Party)}


def document_of(invoice: Invoice, printed: InvoiceDocument, *, today: datetime.date) -> Document:
    """Describe one invoice as it would be if it became final now; `printed` is its document."""
    return _document(
        invoice,
        lines=printed.lines,
        supplied=printed.supplied,
        latest=_latest(invoice.organisation).get(invoice.date.year),
        returns=_filed(invoice.organisation, since=invoice.date, today=today),
        today=today,
        will_be_booked=_will_be_booked(invoice.organisation),
        is_small_business=_is_small_business(invoice.organisation),
    )


def documents_of(
    organisation: Organisation, invoices: Iterable[Invoice], *, today: datetime.date
) -> dict[int, Document]:
    """Load invoices of one organisation by id; their customers must be fetched."""
    invoices = list(invoices)
    ids = [invoice.pk for invoice in invoices]
    periods = supply_periods(invoices)
    lines = lines_of(ids)
    latest = _latest(organisation)
    since = min((invoice.date for invoice in invoices), default=today)
    returns = _filed(organisation, since=since, today=today)
    will_be_booked = _will_be_booked(organisation)
    is_small_business = _is_small_business(organisation)
    return {
        invoice.pk: _document(
            invoice,
            lines=lines.get(invoice.pk, ()),
            supplied=periods.get(invoice.pk),
            latest=latest.get(invoice.date.year),
            returns=returns,
            today=today,
            will_be_booked=will_be_booked,
            is_small_business=is_small_business,
        )
        for invoice in invoices
    }


def _filed(
    organisation: Organisation, *, since: datetime.date, today: datetime.date
) -> list[FiledReturn]:
    """Return the filings of periods with a day from `since` on.

    Only periods that have ended are filed, so there is none of this month and later.
    """
    if since >= today.replace(day=1):
        return []
    return list(organisation.filed_returns.in_force().filter(last__gte=since))


def filed_on(organisation: Organisation, day: datetime.date) -> str:
    """Return the period with this day whose VAT return is marked as filed; empty if none is."""
    return str(organisation.filed_returns.in_force().containing(day).first() or "")


def _document(
    invoice: Invoice,
    *,
    lines: Iterable[InvoiceLine],
    supplied: Period | None,
    latest: datetime.date | None,
    returns: Iterable[FiledReturn],
    today: datetime.date,
    will_be_booked: bool,
    is_small_business: bool,
) -> Document:
    return Document(
        issuer=party_of(issuer_snapshot(invoice.organisation)),
        addressee=addressee_of(invoice.customer),
        lines=tuple(lines),
        date=invoice.date,
        today=today,
        net=invoice.net,
        vat=invoice.vat,
        gross=invoice.gross,
        discount=invoice.discount,
        supplied=supplied,
        latest=latest,
        why_closed=why_closed(invoice.organisation, invoice.date),
        filed=next((str(one) for one in returns if one.contains(invoice.date)), ""),
        payment_term=invoice.payment_term,
        is_credit=invoice.credit_of_id is not None,
        will_be_booked=will_be_booked,
        is_made_in_eboekhouden=invoice.origin == Origin.EBOEKHOUDEN,
        is_small_business=is_small_business,
    )


def addressee_of(customer: Customer) -> Party:
    """Build the party of a customer, as it is printed and where it is established."""
    seat = (customer.country, customer.postal_code) if customer.address else None
    printed = addressee_snapshot(customer)
    return party_of(printed, is_business=customer.is_business, seat=seat)


def party_of(
    snapshot: Mapping[str, str],
    *,
    is_business: bool = True,
    seat: tuple[str, str] | None = None,
) -> Party:
    """Build a party from its snapshot."""
    printed = {name: text for name, text in snapshot.items() if name in PARTY}
    return Party(**printed, is_business=is_business, seat=seat)


def lines_of(invoice_ids: Iterable[int]) -> dict[int, list[InvoiceLine]]:
    """Fetch the lines by invoice, with their VAT rate, in one query."""
    lines = InvoiceLine.objects.filter(invoice__in=invoice_ids).select_related("vat_rate")
    found: dict[int, list[InvoiceLine]] = {}
    for line in lines.order_by("invoice", "position"):
        found.setdefault(line.invoice_id, []).append(line)
    return found


def _will_be_booked(organisation: Organisation) -> bool:
    connection = connection_of(organisation)
    return connection is not None and connection.is_active


def _is_small_business(organisation: Organisation) -> bool:
    scheme = VatTreatment.SMALL_BUSINESS
    return organisation.vat_rates.filter(is_default=True, treatment=scheme).exists()


def _latest(organisation: Organisation) -> dict[int, datetime.date]:
    """Return the last date of final invoices created here by year: each year is a series."""
    final = Invoice.objects.filter(organisation=organisation).issued_here()
    years = final.exclude(status=InvoiceStatus.DRAFT).order_by().values("date__year")
    return {row["date__year"]: row["last"] for row in years.annotate(last=Max("date"))}
