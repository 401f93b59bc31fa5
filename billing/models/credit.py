"""What a credit invoice takes back: how much of an invoice, and which rows of its lines."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CreditState(models.TextChoices):
    """How much of an invoice was taken back by credit invoices that are final."""

    NOT = "", _("Not credited")
    PARTLY = "partly", _("Partly credited")
    WHOLLY = "wholly", _("Credited")


class RowDisposition(models.TextChoices):
    """What becomes of the rows of a line that is credited."""

    RELEASED = "released", _("Can be billed again")
    WRITTEN_OFF = "written_off", _("Written off")


class CreditedRow(models.Model):
    """A row of the line that `line` takes back: what it was, while it was on that line.

    The row itself may be billed again, changed or removed afterwards; this stays.
    """

    line = models.ForeignKey(
        "billing.InvoiceLine", on_delete=models.CASCADE, related_name="credited_rows"
    )
    # An ItemKind (hours, expense, trip, term) and the id of the row of that kind.
    kind = models.CharField(max_length=7)
    row_id = models.PositiveBigIntegerField()
    # What it was billed by, as strings: only an equal row may go back to the line.
    was = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "kind", "row_id"], name="unique_credited_row")
        ]
        indexes = [models.Index(fields=["kind", "row_id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
