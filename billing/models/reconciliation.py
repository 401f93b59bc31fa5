"""The daily check: comparisons with e-Boekhouden, and the differences that they found.

A finding stays in the list until a complete check no longer finds it; it is never deleted.
"""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from integrations.models import Connection
from integrations.runs import Run
from lib.model_fields import MultilineField

from .booking import Booking
from .invoice import Invoice


class ReconciliationPart(models.TextChoices):
    """The current part of a check."""

    INVOICES = "invoices", _("Reading the invoices")
    ENTRIES = "entries", _("Reading the entries")
    NUMBERS = "numbers", _("Looking up missing documents")
    COMPARING = "comparing", _("Comparing")


class ReconciliationRun(Run):
    """One comparison of our bookings with the documents in e-Boekhouden, over a period."""

    TASK = "billing.tasks.run_reconciliation"
    MAX_ATTEMPTS = 3
    INTERRUPTED = _(
        "The check was interrupted %(count)s times. Contact your system administrator, then "
        "start it again."
    )
    AT_END = {"part": ""}

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="reconciliation_runs"
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="reconciliation_runs"
    )
    # Documents dated in these days, both included.
    since = models.DateField()
    until = models.DateField()
    part = models.CharField(max_length=9, choices=ReconciliationPart, blank=True)
    # The number of calls by operation.
    calls = models.JSONField(default=dict)
    booking_count = models.PositiveIntegerField(default=0)
    document_count = models.PositiveIntegerField(default=0)
    difference_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    resolved_count = models.PositiveIntegerField(default=0)

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state__in=["queued", "running"]),
                name="unique_running_reconciliation",
            )
        ]

    @property
    def call_count(self) -> int:
        return sum(self.calls.values())

    @property
    def steps_done(self) -> int:
        """The number of finished parts."""
        return ReconciliationPart.values.index(self.part) if self.part else 0

    @property
    def steps_left(self) -> int:
        return len(ReconciliationPart.values) - self.steps_done


class DifferenceKind(models.TextChoices):
    """The kind of difference between our bookings and e-Boekhouden."""

    VANISHED = "vanished", _("Missing")
    CHANGED = "changed", _("Changed")
    TOTAL = "total", _("Total differs")
    DOUBLE = "double", _("Duplicate")
    FOREIGN = "foreign", _("Not booked from here")


class DifferenceQuerySet(models.QuerySet["Difference"]):
    """Queries for differences."""

    def open(self) -> Self:
        """Filter the differences that the last complete check still found."""
        return self.filter(resolved_at=None)

    def needs_attention(self) -> Self:
        """Filter the open differences that nobody has reviewed."""
        return self.open().filter(reviewed_at=None)


class Difference(models.Model):
    """One difference, from the check that first found it until it is resolved."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="differences"
    )
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="differences")
    administration = models.CharField(max_length=64, blank=True)
    first_run = models.ForeignKey(
        ReconciliationRun, on_delete=models.SET_NULL, null=True, related_name="new_differences"
    )
    last_run = models.ForeignKey(
        ReconciliationRun, on_delete=models.SET_NULL, null=True, related_name="differences"
    )
    kind = models.CharField(max_length=8, choices=DifferenceKind)
    # Its identity at every check: kind, reason and number.
    key = models.CharField(max_length=100)
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, related_name="differences"
    )
    # An invoice that was never booked, though a document in e-Boekhouden has its number.
    invoice = models.ForeignKey(Invoice, on_delete=models.SET_NULL, null=True, related_name="+")
    number = models.CharField(max_length=50)
    # The date of our document, else of the one in e-Boekhouden.
    date = models.DateField()
    # The comparable fields of both sides (documents.RemoteDocument); e-Boekhouden may have several
    # documents, or none.
    local = models.JSONField(null=True)
    remote = models.JSONField(default=list)
    # Names of the fields that differ, such as date or vat_code; and the reason within the kind.
    differs = models.JSONField(default=list)
    reason = models.CharField(max_length=20, blank=True)
    found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    note = MultilineField(blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "administration", "key"],
                condition=models.Q(resolved_at=None),
                name="unique_open_difference_key",
            )
        ]
        indexes = [models.Index(fields=["organisation", "resolved_at", "reviewed_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
