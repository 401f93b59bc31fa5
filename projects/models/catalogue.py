"""Tasks, expense categories, vehicles, and how trips are billed."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from audit.changes import KeepsLoaded
from integrations.models import LEDGER_NUMBER
from lib.model_fields import LineField


class Bookable(KeepsLoaded):
    """Overrides for booking a line; empty means the default under Settings."""

    ledger_account = models.CharField(
        _("ledger account"),
        max_length=10,
        blank=True,
        validators=[LEDGER_NUMBER],
        help_text=_("Only the number. Empty: the ledger account of Settings → e-Boekhouden."),
    )
    vat_rate = models.ForeignKey(
        "vat.VatRate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("VAT rate"),
        help_text=_("Empty: the rate of the customer."),
    )
    cost_centre_id = models.PositiveBigIntegerField(_("cost centre"), null=True, blank=True)

    class Meta:
        abstract = True


class Task(Bookable):
    """A task: a kind of work."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tasks")
    name = LineField(_("name"), max_length=100)
    code = LineField(_("code"), max_length=20, blank=True)
    is_billable = models.BooleanField(_("billable"), default=True)
    is_common = models.BooleanField(
        _("on every new project"), default=True, help_text=_("New projects start with this task.")
    )
    hourly_rate = models.DecimalField(
        _("hourly rate"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In euros excl. VAT, for projects billed by task rate."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="unique_task_name")
        ]

    def __str__(self) -> str:
        return self.name


class ExpenseCategory(Bookable):
    """A category of expenses."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="expense_categories"
    )
    name = LineField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="unique_category_name")
        ]

    def __str__(self) -> str:
        return self.name


class Vehicle(KeepsLoaded):
    """A vehicle for trips."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="vehicles"
    )
    name = LineField(_("name"), max_length=100)
    licence_plate = LineField(_("licence plate"), max_length=12, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="unique_vehicle_name")
        ]

    def __str__(self) -> str:
        return self.name


class TripSettings(Bookable):
    """Billing of trips: euros excl. VAT per kilometre, and where they are booked."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="trip_settings"
    )
    rate = models.DecimalField(
        _("rate per km"),
        max_digits=6,
        decimal_places=2,
        default="0.30",
        validators=[MinValueValidator(0)],
    )

    def __str__(self) -> str:
        return f"{self.rate} per km"
