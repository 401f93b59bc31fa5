"""VAT rates: one choice says the percentage, the code in e-Boekhouden and the EN 16931 category."""

import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class VatTreatment(models.TextChoices):
    """How a supply is treated; everything that follows from it stands in billing/treatments.py."""

    DOMESTIC = "domestic", _("In the Netherlands")
    REVERSE_CHARGE = "reverse_charge", _("Reverse-charged in the Netherlands")
    EU_GOODS = "eu_goods", _("Goods to another EU country")
    EU_SERVICES = "eu_services", _("Services to another EU country")
    EXPORT = "export", _("Outside the EU")
    EXEMPT = "exempt", _("Exempt")
    SMALL_BUSINESS = "small_business", _("Small-business scheme (KOR)")


class VatRateQuerySet(models.QuerySet["VatRate"]):
    """Which rates."""

    def on(self, day: datetime.date) -> Self:
        """Rates that hold on that day of supply."""
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_until=None) | models.Q(valid_until__gte=day),
        )


class VatRate(models.Model):
    """A VAT rate of an organisation; the percentage is 21, not 0.21."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="vat_rates"
    )
    name = models.CharField(_("name"), max_length=60)
    percentage = models.DecimalField(
        _("percentage"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    treatment = models.CharField(
        _("treatment"), max_length=14, choices=VatTreatment, default=VatTreatment.DOMESTIC
    )
    code = models.CharField(
        _("VAT code in e-Boekhouden"),
        max_length=12,
        blank=True,
        help_text=_("Without a code, lines with this rate cannot be booked."),
    )
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_until = models.DateField(_("until"), null=True, blank=True)
    # Which rate this one follows: what was supplied before `valid_from` still has the older one.
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("follows on"),
    )
    is_default = models.BooleanField(_("the usual rate"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = VatRateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="vat_rate_name_once"),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(is_default=True),
                name="one_usual_vat_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.name
