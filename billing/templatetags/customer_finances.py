"""The money of one customer: what is unbilled, what is open, and its latest invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils import timezone

from customers.models import Customer

from ..invoices.badges import Tag, status_tag
from ..models import Invoice
from ..reports.outstanding import OpenTotals, open_now
from ..unbilled.rows import UnbilledFilter
from ..unbilled.summary import summarise

LATEST = 10

register = template.Library()


@dataclass(frozen=True)
class CustomerFinances:
    """Unbilled in euros excl. VAT, open amounts in euros incl. VAT; the newest invoices first."""

    unbilled: Decimal
    open: OpenTotals
    invoices: Sequence[tuple[Invoice, Tag]]
    count: int


@register.simple_tag
def customer_finances(customer: Customer) -> CustomerFinances:
    """Return the finances of a customer today; the number of queries is fixed."""
    today = timezone.localdate()
    until_today = UnbilledFilter(until=today)
    unbilled = summarise(customer.organisation, customer.projects.all(), until_today)
    invoices = customer.invoices.order_by("-date", "-pk")
    return CustomerFinances(
        unbilled=unbilled.total,
        open=open_now(customer.organisation, today=today, customer=customer),
        invoices=[(invoice, status_tag(invoice, today=today)) for invoice in invoices[:LATEST]],
        count=invoices.count(),
    )
