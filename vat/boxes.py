"""The boxes of the Dutch VAT return: which supply belongs in which, and in whole euros.

Sources: the return itself (art. 14 of the Turnover Tax Act 1968) and the explanation of the Tax
Administration. Boxes 1a to 1c follow art. 9 of the Act, 1e the zero rate of table II and art.
12(5), 3a table II (a.2), 3b table II (a.6) and art. 44 of the Directive. Exempt turnover (art. 11,
25) is in no box: the Tax Administration asks no return of it. Neither are services whose place of
supply is outside the EU (art. 6): box 3a is for goods.
"""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from types import MappingProxyType

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .treatments import VatTreatment

# Art. 9(1) and (2)(a) of the Act: today's rates, and those until 30 September 2012 and 31 December
# 2018. A credit of an old invoice goes to the box of the rate that it had.
HIGH_RATES = frozenset({Decimal(21), Decimal(19)})
LOW_RATES = frozenset({Decimal(9), Decimal(6)})


class Box(models.TextChoices):
    """A box of the return for supplies; the labels are those of the return."""

    HIGH = "1a", _("Goods and services taxed at the high rate")
    LOW = "1b", _("Goods and services taxed at the low rate")
    OTHER = "1c", _("Goods and services taxed at other rates, except 0%")
    PRIVATE_USE = "1d", _("Private use")
    ZERO = "1e", _("Goods and services taxed at 0% or not taxed with you")
    REVERSED_TO_US = "2a", _("Goods and services with VAT reverse-charged to you")
    EXPORT = "3a", _("Goods to countries outside the EU (export)")
    WITHIN_EU = "3b", _("Goods to or services in countries within the EU")
    DISTANCE_SALES = "3c", _("Installation and distance sales within the EU")


# The boxes that have VAT besides turnover.
WITH_VAT = frozenset({Box.HIGH, Box.LOW, Box.OTHER, Box.PRIVATE_USE, Box.REVERSED_TO_US})

# Boxes that do not follow from invoices, and why.
NOT_FROM_INVOICES: Mapping[str, str | Promise] = MappingProxyType(
    {
        Box.PRIVATE_USE: _(
            "Private use is not registered here. Enter it yourself, in the last return of the year."
        ),
        Box.REVERSED_TO_US: _("Purchases are not registered here. Take it from e-Boekhouden."),
        Box.DISTANCE_SALES: _(
            "Distance sales are not invoiced here. Take them from the program that does."
        ),
    }
)

_BOXES: Mapping[str, Box] = MappingProxyType(
    {
        VatTreatment.REVERSE_CHARGE: Box.ZERO,
        VatTreatment.EU_GOODS: Box.WITHIN_EU,
        VatTreatment.EU_SERVICES: Box.WITHIN_EU,
        VatTreatment.EXPORT: Box.EXPORT,
    }
)


def box_of(treatment: str, percentage: Decimal) -> Box | None:
    """Return the box of a supply; None if the return does not ask for it. 21 is 21%."""
    if treatment != VatTreatment.DOMESTIC:
        return _BOXES.get(treatment)
    if not percentage:
        return Box.ZERO
    if percentage in HIGH_RATES:
        return Box.HIGH
    return Box.LOW if percentage in LOW_RATES else Box.OTHER


def whole_turnover(amount: Decimal) -> Decimal:
    """Round turnover to whole euros, half a euro away from zero."""
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def whole_vat(amount: Decimal) -> Decimal:
    """Round VAT to pay down to whole euros, and VAT to get back up.

    The return has whole euros, and one may round in one's own favour, box by box (Tax
    Administration, Handboek Ondernemen, "Btw-bedrag afronden").
    """
    return amount.quantize(Decimal(1), rounding=ROUND_FLOOR)
