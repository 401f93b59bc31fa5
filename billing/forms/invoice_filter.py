"""Filters and sort orders of the list of invoices, read from the query string."""

import datetime
from decimal import Decimal

import django_filters as filters
from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Lower
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from customers.models import Customer
from lib.form_fields import DayFilter, LineFilter
from lib.money import ZERO
from lib.paging import Orders
from lib.picker_fields import SeveralPicker
from registrations import periods

from ..models import Booking, Invoice, InvoiceQuerySet, InvoiceStatus, Origin, State
from ..models.booking import NEEDS_ATTENTION, OPEN_STATES
from ..pickers import invoiced_customers

OVERDUE = "overdue"
BOOKED_STATES = {
    "no": None,
    "open": OPEN_STATES,
    "yes": (State.CONFIRMED,),
    "stopped": NEEDS_ATTENTION,
}
BOOKED_CHOICES = [
    ("no", _("Not booked")),
    ("open", _("In progress")),
    ("yes", _("Booked")),
    ("stopped", _("Action required")),
]
STATUSES = [
    (InvoiceStatus.DRAFT, _("Draft")),
    (InvoiceStatus.FINAL, _("Final")),
    (InvoiceStatus.SENT, _("Sent")),
    (OVERDUE, _("Overdue")),
    (InvoiceStatus.PAID, _("Paid")),
    (InvoiceStatus.VOID, _("Cancelled")),
]
ORDERS: Orders = {
    "number": ("number",),
    "customer": (Lower("customer__name"),),
    "date": ("date", "number"),
    "due": ("due_on", "number"),
    "reference": (Lower("reference"),),
    "amount": ("gross",),
    "status": ("status", "due_on"),
}
DEFAULT_ORDER = "-date"


class InvoiceFilter(filters.FilterSet):
    """Filter on text, period, customer, status, origin, and the state of the booking."""

    q = LineFilter(label=_("Search number, customer…"), method="find")
    period = filters.ChoiceFilter(
        label=_("Period"),
        choices=[choice for choice in periods.CHOICES if choice[0] != "all"],
        method="within",
        empty_label=_("All periods"),
        widget=forms.RadioSelect,
    )
    since = DayFilter(label=_("From"), method="part_of_period")
    until = DayFilter(label=_("Until"), method="part_of_period")
    customer = SeveralPicker(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        distinct=False,
        source="invoiced-customers",
    )
    status = filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=STATUSES,
        method="of_status",
        widget=forms.CheckboxSelectMultiple,
    )
    origin = filters.ChoiceFilter(
        label=_("Issued"), choices=Origin, empty_label=_("All"), widget=forms.RadioSelect
    )
    booked = filters.ChoiceFilter(
        label=_("In e-Boekhouden"),
        choices=BOOKED_CHOICES,
        method="of_booking",
        empty_label=_("All"),
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Invoice
        fields = ()

    def __init__(
        self, query: QueryDict, *, organisation: Organisation, today: datetime.date
    ) -> None:
        super().__init__(query, Invoice.objects.filter(organisation=organisation))
        self.organisation, self.today = organisation, today
        self.filters["customer"].queryset = invoiced_customers(organisation)

    @property
    def rows(self) -> InvoiceQuerySet:
        """The filtered invoices; none if the query string has an invalid filter."""
        return self.qs if self.is_valid() else self.queryset.none()

    def find(self, rows: InvoiceQuerySet, _name: str, text: str) -> InvoiceQuerySet:
        return rows.matching(text.strip())

    def within(self, rows: InvoiceQuerySet, _name: str, value: str) -> InvoiceQuerySet:
        period = periods.named(value, today=self.today)
        if value == "custom":
            cleaned = self.form.cleaned_data
            period = periods.Period(cleaned.get("since"), cleaned.get("until"))
        if period.first:
            rows = rows.filter(date__gte=period.first)
        return rows.filter(date__lte=period.last) if period.last else rows

    def part_of_period(self, rows: InvoiceQuerySet, _name: str, _value: object) -> InvoiceQuerySet:
        return rows

    def of_status(self, rows: InvoiceQuerySet, _name: str, chosen: list[str]) -> InvoiceQuerySet:
        condition = Q(status__in=[status for status in chosen if status != OVERDUE])
        if OVERDUE in chosen:
            overdue = Invoice.objects.filter(organisation=self.organisation).overdue(self.today)
            condition |= Q(pk__in=overdue.values("pk"))
        return rows.filter(condition) if chosen else rows

    def of_booking(self, rows: InvoiceQuerySet, _name: str, value: str) -> InvoiceQuerySet:
        states = BOOKED_STATES[value]
        if states:
            return rows.filter(bookings__state__in=states)
        # Cancelled bookings do not count; an invoice has at most one other booking.
        counting = Booking.objects.filter(invoice=OuterRef("pk")).exclude(state=State.CANCELLED)
        return rows.filter(~Exists(counting))


def totals(rows: QuerySet[Invoice]) -> tuple[int, Decimal]:
    """Return the number of invoices, and their total in euros incl. VAT."""
    found = rows.order_by().aggregate(count=Count("*"), gross=Sum("gross"))
    return found["count"], found["gross"] or ZERO
