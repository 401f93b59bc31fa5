"""The invoices that count in a report."""

from accounts.models import Organisation
from registrations.periods import Period

from ..models import Invoice, InvoiceQuerySet, InvoiceStatus

# Drafts and void invoices do not count; a credit counts with its negative amounts.
ISSUED = (InvoiceStatus.FINAL, InvoiceStatus.SENT, InvoiceStatus.PAID)


def issued(organisation: Organisation, period: Period) -> InvoiceQuerySet:
    """Return final invoices dated in the period, first and last day included; None is open."""
    found: InvoiceQuerySet = Invoice.objects.filter(organisation=organisation, status__in=ISSUED)
    if period.first:
        found = found.filter(date__gte=period.first)
    return found.filter(date__lte=period.last) if period.last else found
