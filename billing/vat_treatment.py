"""How a supply is treated for VAT: the choice from which everything else follows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VatTreatment(models.TextChoices):
    """How a supply is treated; everything that follows from it stands in billing/treatments.py."""

    DOMESTIC = "domestic", _("In the Netherlands")
    REVERSE_CHARGE = "reverse_charge", _("Reverse-charged in the Netherlands")
    EU_GOODS = "eu_goods", _("Goods to another EU country")
    EU_SERVICES = "eu_services", _("Services to another EU country")
    EXPORT = "export", _("Outside the EU")
    EXEMPT = "exempt", _("Exempt")
    SMALL_BUSINESS = "small_business", _("Small-business scheme (KOR)")
