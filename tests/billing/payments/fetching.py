"""Fetching the payments of the only connection, some hours after the tests began."""

import datetime

from django.utils import timezone

from billing.models import Invoice
from billing.payments.fetching import fetch_payments
from integrations.models import Connection
from integrations.sessions import open_client

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)


def fetch(hour: int = 0) -> int:
    return fetch_payments(Connection.objects.get(), open_client=open_client, now=NOW + hour * HOUR)


def fresh(invoice: Invoice) -> Invoice:
    """Return the invoice as the database has it."""
    return Invoice.objects.get(pk=invoice.pk)
