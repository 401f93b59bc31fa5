"""Confirmations of many invoices, which a worker makes: see invoices/in_background.py."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from integrations.runs import UNDER_WAY, Run

from .booking import Batch
from .invoice import Origin


class InvoicingRunQuerySet(models.QuerySet["InvoicingRun"]):
    """Queries for confirmations."""

    def noticed_by(self, user_id: int) -> Self:
        """Filter those that a notice tells about: under way, or over and not yet seen.

        The second only for the person who confirmed.
        """
        unseen = models.Q(started_by=user_id, is_seen=False)
        return self.filter(models.Q(state__in=UNDER_WAY) | unseen)


class InvoicingRun(Run):
    """One confirmation of the dialog: what is asked for, how far it is, and what it made.

    It ends in the transaction that makes the invoices.
    """

    TASK = "billing.tasks.run_invoicing"
    MAX_ATTEMPTS = 4
    INTERRUPTED = _(
        "This was interrupted %(count)s times. No invoice was created. Contact your system "
        "administrator, then confirm again."
    )
    RELATED = ("organisation", "started_by")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invoicing_runs"
    )
    origin = models.CharField(max_length=11, choices=Origin)
    # The fields of the dialog: those that select the work, as pairs, and the options.
    work = models.JSONField()
    options = models.JSONField()
    token = models.TextField()
    # What the token says was shown: a hash of it, and its size.
    digest = models.CharField(max_length=64)
    total = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    gross = models.DecimalField(max_digits=14, decimal_places=2)
    # Invoices made so far; none is stored before all are made.
    done = models.PositiveIntegerField(default=0)
    batch = models.ForeignKey(Batch, on_delete=models.SET_NULL, null=True, related_name="+")
    # Whether the person who confirmed has seen its end.
    is_seen = models.BooleanField(default=False)

    objects = InvoicingRunQuerySet.as_manager()

    class Meta(Run.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "digest"],
                condition=models.Q(state__in=["queued", "running"]),
                name="unique_running_invoicing",
            )
        ]

    @property
    def is_here(self) -> bool:
        """Whether it makes drafts of invoices that are sent from here."""
        return self.origin == Origin.HERE

    @property
    def figures(self) -> tuple[int, int, Decimal]:
        """The invoices, their registrations and their total incl. VAT, as they were shown."""
        return self.total, self.row_count, self.gross
