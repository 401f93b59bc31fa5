"""The daily check: when we compared ourselves with e-Boekhouden, and what we found.

A finding stays in the list until a complete check no longer finds it; it is never deleted.
"""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from integrations.models import Connection

from .booking import Booking
from .invoice import Invoice


class RunState(models.TextChoices):
    """How far a check is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Complete")
    INCOMPLETE = "incomplete", _("Incomplete")
    FAILED = "failed", _("Failed")


class ReconciliationPart(models.TextChoices):
    """What a check is doing now."""

    INVOICES = "invoices", _("Reading the invoices")
    ENTRIES = "entries", _("Reading the entries")
    NUMBERS = "numbers", _("Looking up missing documents")
    COMPARING = "comparing", _("Comparing")


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


class ReconciliationRun(models.Model):
    """One comparison of what we booked with what stands in e-Boekhouden, over a period."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="reconciliation_runs"
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="reconciliation_runs"
    )
    # Documents dated in these days, both included.
    since = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    part = models.CharField(max_length=9, choices=ReconciliationPart, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    # Workers that took it on; a check that kills every one of them is given up.
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # By operation, how often e-Boekhouden was asked.
    calls = models.JSONField(default=dict)
    booking_count = models.PositiveIntegerField(default=0)
    document_count = models.PositiveIntegerField(default=0)
    difference_count = models.PositiveIntegerField(default=0)
    new_count = models.PositiveIntegerField(default=0)
    resolved_count = models.PositiveIntegerField(default=0)
    # Why it failed or is incomplete: a sentence.
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state__in=["queued", "running"]),
                name="unique_running_reconciliation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_nightly(self) -> bool:
        return self.started_by_id is None

    @property
    def is_over(self) -> bool:
        return self.state not in UNDER_WAY

    @property
    def call_count(self) -> int:
        return sum(self.calls.values())

    @property
    def steps_done(self) -> int:
        """Of the parts of a check."""
        return ReconciliationPart.values.index(self.part) if self.part else 0

    @property
    def steps_left(self) -> int:
        return len(ReconciliationPart.values) - self.steps_done


class DifferenceKind(models.TextChoices):
    """What differs between what we booked and what stands there."""

    VANISHED = "vanished", _("Missing")
    CHANGED = "changed", _("Changed")
    TOTAL = "total", _("Total differs")
    DOUBLE = "double", _("Duplicate")
    FOREIGN = "foreign", _("Not booked from here")


class DifferenceQuerySet(models.QuerySet["Difference"]):
    """Which findings."""

    def open(self) -> Self:
        """Still there at the last complete check that looked at them."""
        return self.filter(resolved_at=None)

    def needs_attention(self) -> Self:
        """Nobody has said yet that they saw it."""
        return self.open().filter(reviewed_at=None)


class Difference(models.Model):
    """One difference, from the check that first saw it until it is gone."""

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
    # What it is about, the same at every check: kind, sort of document and number.
    key = models.CharField(max_length=100)
    booking = models.ForeignKey(
        Booking, on_delete=models.SET_NULL, null=True, related_name="differences"
    )
    # An invoice that was made here and never booked, though its number stands there.
    invoice = models.ForeignKey(Invoice, on_delete=models.SET_NULL, null=True, related_name="+")
    number = models.CharField(max_length=50)
    # The day of our document, else of theirs.
    date = models.DateField()
    # Both sides as far as they can be compared (documents.Document); what stands there may be more
    # than one document, or none.
    ours = models.JSONField(null=True)
    theirs = models.JSONField(default=list)
    # Names of what differs, such as date or vat_code; and which of the two it is about.
    differs = models.JSONField(default=list)
    reason = models.CharField(max_length=20, blank=True)
    found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True)

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
