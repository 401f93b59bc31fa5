"""Which invoices count in a report."""

from accounts.models import Organisation
from registrations.periods import Period

from ..models import Invoice, InvoiceQuerySet, InvoiceStatus

# Drafts do not count yet, void ones no longer; a credit counts with its negative amounts.
ISSUED = (InvoiceStatus.FINAL, InvoiceStatus.SENT, InvoiceStatus.PAID)


def issued(organisation: Organisation, period: Period) -> InvoiceQuerySet:
    """Final invoices with their date in the period; both its days count, None is open."""
    found: InvoiceQuerySet = Invoice.objects.filter(organisation=organisation, status__in=ISSUED)
    if period.first:
        found = found.filter(date__gte=period.first)
    return found.filter(date__lte=period.last) if period.last else found
