"""VAT returns that a person marked as filed, with the amounts as filed: these never change."""

import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User

from .invoice import Invoice


class FilingKind(models.TextChoices):
    """The way in which the amounts of a period reached the Tax Administration."""

    RETURN = "return", _("VAT return")
    SUPPLEMENTARY = "supplementary", _("Supplementary return")
    IN_NEXT_RETURN = "next_return", _("Corrected in a later return")


class FiledReturnQuerySet(models.QuerySet["FiledReturn"]):
    """Queries for filed returns."""

    def in_force(self) -> Self:
        """Filter the filings that were not withdrawn, in the order in which they were made."""
        return self.filter(withdrawn_at=None).order_by("filed_at", "pk")

    def containing(self, day: datetime.date) -> Self:
        """Filter the filings of a period that contains this day."""
        return self.filter(first__lte=day, last__gte=day)


class FiledReturn(models.Model):
    """The amounts of a month, quarter or year as they were filed.

    A correction is another row for the same period; the latest one that was not withdrawn counts.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="filed_returns"
    )
    # First and last day, both included.
    first = models.DateField()
    last = models.DateField()
    kind = models.CharField(max_length=13, choices=FilingKind, default=FilingKind.RETURN)
    # Of a correction in a later return: the first day of the period whose return has it. Empty on
    # corrections of before this was stored, which a person added to a return.
    counts_in = models.DateField(null=True)
    # By box: net and vat in euros to the cent, turnover and whole_vat in whole euros, as strings.
    boxes = models.JSONField()
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # Marked as filed by mistake: it no longer counts, and stays in the list.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = FiledReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-last", "-filed_at", "-pk"]
        indexes = [models.Index(fields=["organisation", "last"])]

    def __str__(self) -> str:
        return f"{self.first:%d-%m-%Y} – {self.last:%d-%m-%Y}"

    def contains(self, day: datetime.date) -> bool:
        """Return whether the day is in its period."""
        return self.first <= day <= self.last

    @property
    def vat(self) -> Decimal:
        """The VAT of all boxes as filed, in whole euros."""
        return sum((Decimal(one["whole_vat"]) for one in self.boxes.values()), Decimal(0))


class FiledPart(models.Model):
    """What an invoice had in a box when the return was filed, in euros to the cent."""

    filed_return = models.ForeignKey(FiledReturn, on_delete=models.CASCADE, related_name="parts")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    box = models.CharField(max_length=2)
    net = models.DecimalField(max_digits=12, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["filed_return", "invoice", "box"], name="unique_filed_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.box} {self.net}"
