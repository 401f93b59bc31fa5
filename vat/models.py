"""VAT rates: percentage, code in e-Boekhouden and treatment."""

from collections.abc import Sequence

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from audit.changes import KeepsLoaded
from lib.model_fields import LineField

from .eligibility import CONSEQUENCES, reasons_against, unusual, unusual_for_private
from .territories import where
from .treatments import VatTreatment


class VatRate(KeepsLoaded):
    """A VAT rate of an organisation; the percentage is 21, not 0.21."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="vat_rates"
    )
    name = LineField(_("name"), max_length=60)
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
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    # The rate before this one: what was supplied before `valid_from` keeps that rate.
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    is_default = models.BooleanField(_("default rate"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="unique_vat_rate_name"),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(is_default=True),
                name="unique_default_vat_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def consequence(self) -> str:
        """The consequence for a customer with this rate, as a sentence."""
        return str(CONSEQUENCES[self.treatment])

    def why_not_for(
        self, *, country: str, is_business: bool, vat_number: str, postal_code: str = ""
    ) -> Sequence[tuple[str, str]]:
        """Return the reasons why such a customer cannot have this rate, as (field, sentence)."""
        return reasons_against(
            self.treatment,
            country=country,
            is_business=is_business,
            vat_number=vat_number,
            postal_code=postal_code,
        )

    def unusual_for(
        self, *, country: str, is_business: bool, vat_number: str = "", postal_code: str = ""
    ) -> str:
        """Explain why this rate is rarely right for such a customer; empty if it may well be."""
        place = where(country, postal_code, vat_number)
        return unusual(
            self.percentage, place=place, is_business=is_business
        ) or unusual_for_private(self.treatment, is_business=is_business)
