"""The parts of projects and of employees in final invoices, so that reports can add them up."""

from decimal import Decimal

from django.db import models

from lib.sums import in_euros

from .invoice import Invoice


class ShareOf(models.TextChoices):
    """What an invoice is divided by."""

    PROJECT = "project"
    EMPLOYEE = "employee"


class InvoiceShare(models.Model):
    """What one project or one employee has in the net amount of a final invoice.

    The shares of an invoice by project add up to its net amount, and so do those by employee. They
    are written once, by `reports.shares.store_shares`.
    """

    # The first column of the constraint is its index.
    invoice = models.ForeignKey(
        Invoice, on_delete=models.CASCADE, related_name="shares", db_index=False
    )
    by = models.CharField(max_length=8, choices=ShareOf)
    # The id of the project or membership in the specification, which may be deleted since; null
    # for what belongs to none.
    key = models.PositiveBigIntegerField(null=True)
    # Whole cents, because SQLite stores decimals as floats; excl. VAT, negative on a credit.
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "by", "key"], name="unique_invoice_share"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.key} {self.net}"

    @property
    def net(self) -> Decimal:
        """The share in euros excl. VAT."""
        return in_euros(self.cents)
