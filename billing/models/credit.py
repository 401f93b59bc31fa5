"""Choices and rows of crediting: the credited part of an invoice, and its billed rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CreditState(models.TextChoices):
    """The part of an invoice that final credit invoices take back."""

    NOT = "", _("Not credited")
    PARTLY = "partly", _("Partly credited")
    WHOLLY = "wholly", _("Credited")


class RowDisposition(models.TextChoices):
    """The disposition of the rows of a credited line."""

    RELEASED = "released", _("Can be billed again")
    WRITTEN_OFF = "written_off", _("Written off")


class CreditedRow(models.Model):
    """A row that was billed on the line that `line` takes back, with its values of that time.

    The row itself may be billed again, changed or deleted afterwards; this record stays.
    """

    line = models.ForeignKey(
        "billing.InvoiceLine", on_delete=models.CASCADE, related_name="credited_rows"
    )
    # An ItemKind (hours, scheduled, expense, trip) and the id of the row of that kind.
    kind = models.CharField(max_length=9)
    row_id = models.PositiveBigIntegerField()
    # The billed values as strings: only a row with equal values may return to the line.
    was = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "kind", "row_id"], name="unique_credited_row")
        ]
        indexes = [models.Index(fields=["kind", "row_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
