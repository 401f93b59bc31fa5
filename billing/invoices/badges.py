"""The tags of an invoice in lists: a word and its kind, which sets the colour."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..bookings.presenters import TAGS
from ..models import Booking, BookingQuerySet, CreditState, Invoice, InvoiceStatus, Origin, State

# What a row of the list shows, and what its tags are derived from.
SHOWN = (
    "number",
    "customer__name",
    "credit_of__number",
    "date",
    "due_on",
    "reference",
    "gross",
    "status",
    "origin",
    "credit_state",
    "credited_amount",
    "paid_amount",
    "open_amount",
)


@dataclass(frozen=True)
class Tag:
    """A tag: its kind and its word."""

    kind: str
    label: str


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice as a row of a list; `may_be_entered` is judged without further queries."""

    invoice: Invoice
    status: Tag
    credited: Tag | None
    booking: Booking | None
    booked: Tag | None

    @property
    def may_be_entered(self) -> bool:
        return self.invoice.was_sent and self.booking is None


def counting_bookings() -> BookingQuerySet:
    """Return bookings that were not cancelled; an invoice has at most one."""
    return Booking.objects.exclude(state=State.CANCELLED)


def invoices_to_list(ids: Sequence[int]) -> QuerySet[Invoice]:
    """Load what `rows_of` shows of invoices and of their bookings, in two queries."""
    invoices = Invoice.objects.filter(pk__in=ids).order_by()
    return with_bookings(invoices.select_related("customer", "credit_of").only(*SHOWN))


def with_bookings(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Prefetch the bookings for `rows_of`, in one query."""
    bookings = counting_bookings().only("invoice", "state")
    return invoices.prefetch_related(Prefetch("bookings", queryset=bookings))


def rows_of(invoices: Iterable[Invoice], *, today: datetime.date) -> list[InvoiceRow]:
    """Return invoices from `with_bookings` as rows."""
    return [
        row_of(invoice, next(iter(invoice.bookings.all()), None), today=today)
        for invoice in invoices
    ]


def row_of(invoice: Invoice, booking: Booking | None, *, today: datetime.date) -> InvoiceRow:
    """Return an invoice with its booking as a row."""
    return InvoiceRow(
        invoice=invoice,
        status=status_tag(invoice, today=today),
        credited=credited_tag(invoice),
        booking=booking,
        booked=booking_tag(booking) if booking else None,
    )


def booking_tag(booking: Booking) -> Tag:
    """Return the tag of the state of a booking."""
    state = State(booking.state)
    return Tag(TAGS[state], str(state.label))


def credited_tag(invoice: Invoice) -> Tag | None:
    """Return the tag of partly credited, or credited after payment; None otherwise."""
    is_said = invoice.is_wholly_credited and invoice.status != InvoiceStatus.PAID
    if is_said or invoice.credit_state == CreditState.NOT:
        return None
    return Tag("credited", str(CreditState(invoice.credit_state).label))


def status_tag(invoice: Invoice, *, today: datetime.date) -> Tag:
    """Return the tag of the status: Draft, Sent, Due today, 3 days overdue, Paid and so on."""
    if invoice.is_wholly_credited and invoice.status != InvoiceStatus.PAID:
        return Tag("credited", str(CreditState.WHOLLY.label))
    if invoice.is_settled:
        return Tag("paid", _("Settled"))
    if invoice.status == InvoiceStatus.FINAL and invoice.origin == Origin.HERE:
        return Tag("final", _("Final, not sent yet"))
    if invoice.outstanding <= 0 or invoice.due_on > today:
        return Tag(invoice.status, str(InvoiceStatus(invoice.status).label))
    days = (today - invoice.due_on).days
    if days == 0:
        return Tag("due", _("Due today"))
    label = ngettext("%(days)d day overdue", "%(days)d days overdue", days)
    return Tag("overdue", label % {"days": days})
