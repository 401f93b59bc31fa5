"""The outbox: documents that e-Boekhouden must have, and the state of each.

A row is written in the transaction that makes the document final, before anything is sent; the
states and their transitions are those of billing/bookings/decisions.py.
"""

import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from customers.models import Customer
from integrations.models import Connection

from .invoice import Invoice


class BookingKind(models.TextChoices):
    """The kind of document."""

    RELATION = "relation", _("Customer")
    INVOICE = "invoice", _("Invoice")
    SALES_ENTRY = "sales_entry", _("Sales entry")


class State(models.TextChoices):
    """The state of a booking; the labels are for people."""

    QUEUED = "queued", _("Ready to be booked")
    BLOCKED = "blocked", _("Waiting")
    SENDING = "sending", _("Being sent")
    UNKNOWN = "unknown", _("Being checked")
    CHECKING = "checking", _("Being checked")
    CONFIRMED = "confirmed", _("Booked")
    REJECTED = "rejected", _("Refused")
    CONFLICT = "conflict", _("Number exists")
    CANCELLED = "cancelled", _("Cancelled")


# The kinds that book an invoice; a relation is booked before them.
DOCUMENTS = (BookingKind.INVOICE, BookingKind.SALES_ENTRY)
OPEN_STATES = (State.QUEUED, State.BLOCKED, State.SENDING, State.UNKNOWN, State.CHECKING)
NEEDS_ATTENTION = (State.REJECTED, State.CONFLICT)
# By value, because an index of the database names them.
UNFINISHED = [str(state.value) for state in (*OPEN_STATES, *NEEDS_ATTENTION)]


class BatchQuerySet(models.QuerySet["Batch"]):
    """Queries for batches."""

    def with_counts(self) -> Self:
        """Annotate the counts; the latest batch first, as a query that counts drops the order."""
        # Kinds by name: "not a relation" would leave out every batch that has one.
        documents = models.Q(bookings__kind__in=DOCUMENTS)

        def counted(*states: State) -> models.Count:
            found = documents & models.Q(bookings__state__in=states)
            return models.Count("bookings", filter=found)

        return self.annotate(
            total=counted(*State),
            booked_count=counted(State.CONFIRMED),
            open_count=counted(*OPEN_STATES),
            checked_count=counted(State.UNKNOWN, State.CHECKING),
            refused_count=counted(State.REJECTED),
            conflict_count=counted(State.CONFLICT),
            cancelled_count=counted(State.CANCELLED),
        ).order_by("-created_at", "-pk")


class Batch(models.Model):
    """Bookings that one action requested; its page shows their progress."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="batches")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # [{customer, reason}]: requested but skipped, so that the counts add up.
    skipped = models.JSONField(default=list)

    # Number of documents, and of those in each group of states: set by with_counts.
    total: int
    booked_count: int
    open_count: int
    checked_count: int
    refused_count: int
    conflict_count: int
    cancelled_count: int

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.created_at:%d-%m-%Y %H:%M}"


class BookingQuerySet(models.QuerySet["Booking"]):
    """Queries for bookings."""

    def needs_attention(self) -> Self:
        """Filter the bookings that wait for the decision of a person."""
        return self.filter(state__in=NEEDS_ATTENTION)

    def attention_first(self) -> Self:
        """Order by age, after those that wait for the decision of a person."""
        waits = models.When(state__in=NEEDS_ATTENTION, then=models.Value(0))
        return self.order_by(models.Case(waits, default=models.Value(1)), "pk")

    def documents(self) -> Self:
        """Filter the invoices and sales entries, without the customers they need."""
        return self.exclude(kind=BookingKind.RELATION)

    def for_display(self) -> Self:
        """Load everything that presenters.describe_booking reads, in one query."""
        stopped = Booking.objects.needs_attention().filter(
            kind=BookingKind.RELATION, customer=models.OuterRef("customer")
        )
        attempts = Attempt.objects.filter(booking=models.OuterRef("pk")).order_by("-fencing_token")
        relations = self.select_related("invoice", "customer", "connection")
        # Copies of the invoice that describe_booking does not read.
        unread = ("issuer", "addressee", "vat_totals", "notes")
        return relations.defer(*(f"invoice__{name}" for name in unread)).annotate(
            stopped_customer=models.Subquery(stopped.values("pk")[:1]),
            last_attempt_at=models.Subquery(attempts.values("started_at")[:1]),
        )

    def due(self, now: datetime.datetime) -> Self:
        """Filter the bookings that may be claimed: due, or held by a worker whose lease ran out."""
        waiting = models.Q(state__in=(State.QUEUED, State.BLOCKED, State.UNKNOWN), next_at__lte=now)
        abandoned = models.Q(state__in=(State.SENDING, State.CHECKING), lease_until__lt=now)
        return self.filter(waiting | abandoned)


class Booking(models.Model):
    """One document that must be in e-Boekhouden once. The payload is frozen with the document."""

    # The booking of its customer, if that waits for a person: see for_display.
    stopped_customer: int | None = None
    # The latest look-up or sending, likewise.
    last_attempt_at: datetime.datetime | None = None

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="bookings"
    )
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="bookings")
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="bookings")
    kind = models.CharField(max_length=11, choices=BookingKind)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bookings")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, related_name="bookings"
    )
    # The relation code or the invoice number. Empty if e-Boekhouden assigns the number.
    natural_key = models.CharField(max_length=50, blank=True)
    # Sent in a text field that e-Boekhouden returns, to recognise our own document.
    correlation_id = models.CharField(max_length=12)
    payload = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    revision = models.PositiveSmallIntegerField(default=1)
    # What it takes instead of what the invoice says: see bookings/replacements.py.
    replacements = models.JSONField(default=dict, db_default={})

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    # The moment from which it may be claimed; null: never.
    next_at = models.DateTimeField(null=True, default=timezone.now)
    fencing_token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    # Sendings since the last proven absence, which may have arrived; and the start of the last one.
    unconfirmed_sends = models.PositiveSmallIntegerField(default=0)
    checks = models.PositiveSmallIntegerField(default=0)
    last_sent_at = models.DateTimeField(null=True)
    # The first complete look-up that said "absent" after the settle time.
    absent_at = models.DateTimeField(null=True)
    # The refusal that a look-up still has to confirm (decisions.Refusal).
    refusal = models.CharField(max_length=11, blank=True)
    # Code and text of e-Boekhouden, and our name of the event: for people.
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=30, blank=True)

    remote_id = models.CharField(max_length=50, blank=True)
    # The administration of remote_id: another administration starts its ids again.
    administration = models.CharField(max_length=64, blank=True)
    remote_snapshot = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind", "natural_key"],
                condition=~models.Q(natural_key="") & ~models.Q(state="cancelled"),
                name="unique_booking_natural_key",
            ),
            # An invoice is booked as an invoice or as a sales entry: never both.
            models.UniqueConstraint(
                fields=["invoice"],
                condition=models.Q(invoice__isnull=False) & ~models.Q(state="cancelled"),
                name="unique_booking_invoice",
            ),
            models.UniqueConstraint(
                fields=["connection", "kind", "administration", "remote_id"],
                condition=~models.Q(remote_id=""),
                name="unique_booking_remote_id",
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "state", "next_at"]),
            models.Index(fields=["organisation", "state"]),
            models.Index(fields=["organisation", "created_at", "id"], name="booking_by_moment"),
            # What is not done, of all organisations: metrics and the doctor look there.
            models.Index(
                fields=["state", "created_at"],
                condition=models.Q(state__in=UNFINISHED),
                name="booking_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.natural_key or self.correlation_id}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class Attempt(models.Model):
    """One exchange with e-Boekhouden for a booking; written before it, completed after it."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="attempts")
    fencing_token = models.PositiveBigIntegerField()
    is_look_up = models.BooleanField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True)
    # Empty while it runs, and permanently if the worker died.
    outcome = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "fencing_token"], name="unique_booking_fencing_token"
            )
        ]

    def __str__(self) -> str:
        return f"{'look-up' if self.is_look_up else 'send'} {self.outcome or '…'}"
