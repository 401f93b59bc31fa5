"""Data around overdue invoices, read for many invoices at once."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import Organisation
from customers.models import Contact
from integrations.database_identity import is_elsewhere, is_other_database
from integrations.models import Connection

from ..mailing import ABANDONED_AFTER
from ..mailing.letters import addresses_among
from ..models import (
    Booking,
    Invoice,
    InvoiceMail,
    MailState,
    Reminder,
    ReminderHold,
    State,
)
from ..models.booking import DOCUMENTS
from .due import Plan


@dataclass(frozen=True)
class Surroundings:
    """Data around some invoices, with one query per field."""

    plan: Plan
    connection: Connection | None
    is_copied: bool
    is_moved: bool
    holds: Mapping[tuple[str, int], ReminderHold]
    bookings: Mapping[int, Booking]
    credits: Mapping[int, Sequence[Invoice]]
    mailing: frozenset[int]
    queued: frozenset[int]
    late_ones: Mapping[int, int]
    addresses: Mapping[int, Sequence[str]]

    @classmethod
    def of(
        cls,
        organisation: Organisation,
        invoices: Iterable[Invoice],
        *,
        plan: Plan,
        now: datetime.datetime,
        today: datetime.date,
    ) -> "Surroundings":
        """Read the data around these invoices of the organisation."""
        found = list(invoices)
        ids = [invoice.pk for invoice in found]
        customers = [invoice.customer_id for invoice in found]
        credits_by_invoice = _credits(ids)
        of_credits = [one.pk for found in credits_by_invoice.values() for one in found]
        queued = Reminder.objects.filter(invoice__in=ids, mail=None)
        connection = Connection.objects.filter(organisation=organisation).first()
        return cls(
            plan=plan,
            connection=connection,
            is_copied=bool(connection and is_elsewhere(connection)),
            is_moved=is_other_database(plan.settings.database_identity),
            holds=_holds(ids, customers, today),
            bookings=_bookings([*ids, *of_credits]),
            credits=credits_by_invoice,
            mailing=_mailing(ids, now),
            queued=frozenset(queued.values_list("invoice", flat=True)),
            late_ones=_late_ones(organisation, customers, today),
            addresses=_addresses(found),
        )


def _bookings(ids: list[int]) -> dict[int, Booking]:
    found = Booking.objects.filter(invoice__in=ids, kind__in=DOCUMENTS)
    counting = found.exclude(state=State.CANCELLED)
    return {booking.invoice_id: booking for booking in counting if booking.invoice_id}


def _credits(ids: list[int]) -> dict[int, list[Invoice]]:
    """Return the credit invoices per invoice, drafts included."""
    found: dict[int, list[Invoice]] = defaultdict(list)
    for credit in Invoice.objects.filter(credit_of__in=ids).living().order_by("pk"):
        found[credit.credit_of_id or 0].append(credit)
    return dict(found)


def _mailing(ids: list[int], now: datetime.datetime) -> frozenset[int]:
    """Return invoices of which a living process is sending an e-mail."""
    sending = InvoiceMail.objects.filter(invoice__in=ids, state=MailState.SENDING)
    alive = sending.filter(started_at__gte=now - ABANDONED_AFTER)
    return frozenset(alive.values_list("invoice", flat=True))


def _holds(
    ids: list[int], customers: list[int], today: datetime.date
) -> dict[tuple[str, int], ReminderHold]:
    condition = Q(invoice__in=ids) | Q(customer__in=customers)
    holds = ReminderHold.objects.filter(condition).in_force(today)
    return {
        ("invoice", hold.invoice_id)
        if hold.invoice_id
        else ("customer", hold.customer_id or 0): hold
        for hold in holds
    }


def _late_ones(
    organisation: Organisation, customers: list[int], today: datetime.date
) -> Mapping[int, int]:
    late = Invoice.objects.filter(
        organisation=organisation, customer__in=customers, credit_of=None, gross__gt=0
    ).overdue(today)
    counted = late.order_by().values_list("customer").annotate(count=Count("pk"))
    return Counter(dict(counted))


def _addresses(invoices: list[Invoice]) -> dict[int, list[str]]:
    """Return the addresses per invoice, as mailing.addresses_of gives for one."""
    customers = {invoice.customer_id for invoice in invoices}
    receivers: dict[int, list[str]] = defaultdict(list)
    contacts = Contact.objects.filter(customer__in=customers, receives_invoices=True)
    for customer_id, email in contacts.exclude(email="").values_list("customer", "email"):
        receivers[customer_id].append(email)
    return {
        invoice.pk: addresses_among(
            receivers[invoice.customer_id], customer_email=invoice.customer.email
        )
        for invoice in invoices
    }
