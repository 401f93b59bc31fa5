"""The treatments of a supply: each sets the text on the invoice, the codes and the returns.

Sources: the Dutch Turnover Tax Act 1968, EU VAT Directive 2006/112 art. 226, and the category codes
of EN 16931 (UNCL 5305).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.eboekhouden.facts.vat import VAT_CODES
from lib.formats import percentage as written


class VatTreatment(models.TextChoices):
    """The VAT treatment of a supply; TREATMENTS has the consequences of each."""

    DOMESTIC = "domestic", _("In the Netherlands")
    REVERSE_CHARGE = "reverse_charge", _("Reverse-charged in the Netherlands")
    EU_GOODS = "eu_goods", _("Goods to another EU country")
    EU_SERVICES = "eu_services", _("Services to another EU country")
    EXPORT = "export", _("Goods to outside the EU")
    WORLD_SERVICES = "world_services", _("Services to outside the EU")
    EXEMPT = "exempt", _("Exempt")
    SMALL_BUSINESS = "small_business", _("Small-business scheme (KOR)")


# "Not subject to VAT": without any percentage, and alone on an e-invoice (BR-O-05, BR-O-11).
OUT_OF_SCOPE = "O"


class Icp(StrEnum):
    """The part of the return of supplies within the EU (ICP) that reports a supply."""

    NOTHING = ""
    GOODS = "goods"
    SERVICES = "services"


@dataclass(frozen=True)
class Treatment:
    """The consequences of a treatment.

    `words` are printed on the invoice, `short` instead of 0% on its lines; `category` is that of
    EN 16931; `codes` are the default VAT codes of e-Boekhouden by percentage.
    """

    category: str
    words: str | Promise = ""
    short: str | Promise = ""
    needs_vat_number: bool = False
    is_untaxed: bool = True
    icp: Icp = Icp.NOTHING
    codes: Mapping[int, str] = field(default_factory=dict)


TREATMENTS: Mapping[str, Treatment] = MappingProxyType(
    {
        VatTreatment.DOMESTIC: Treatment(
            "S", is_untaxed=False, codes={21: "HOOG_VERK_21", 9: "LAAG_VERK_9"}
        ),
        # Art. 12(5) and 35a(1)(m) of the Act: "btw verlegd" and the number of who pays it.
        VatTreatment.REVERSE_CHARGE: Treatment(
            "AE",
            _("VAT reverse charge"),
            _("reverse charge"),
            needs_vat_number=True,
            codes={0: "VERL_VERK"},
        ),
        # Table II, a.6 of the Act; art. 138 of the Directive.
        VatTreatment.EU_GOODS: Treatment(
            "K",
            _("Intra-Community supply"),
            _("intra-EU"),
            needs_vat_number=True,
            icp=Icp.GOODS,
            codes={0: "BI_EU_VERK"},
        ),
        # Art. 44 and 196 of the Directive.
        VatTreatment.EU_SERVICES: Treatment(
            "AE",
            _("VAT reverse charge"),
            _("reverse charge"),
            needs_vat_number=True,
            icp=Icp.SERVICES,
            codes={0: "BI_EU_VERK_D"},
        ),
        # Table II, a.2 of the Act; art. 146 of the Directive.
        VatTreatment.EXPORT: Treatment(
            "G", _("Export outside the EU"), _("export"), codes={0: "BU_EU_VERK"}
        ),
        # The place of supply is that of the customer, so the supply is not in the return: art. 6(1)
        # of the Act and 44 of the Directive for a business, 6i and 59 for anyone else.
        VatTreatment.WORLD_SERVICES: Treatment(
            OUT_OF_SCOPE,
            _("No VAT: the place of supply is outside the EU"),
            _("outside the EU"),
            codes={0: "GEEN"},
        ),
        # Art. 11 of the Act.
        VatTreatment.EXEMPT: Treatment("E", _("Exempt from VAT"), _("exempt"), codes={0: "GEEN"}),
        # Art. 25 of the Act: no VAT is charged, and the invoice says why.
        VatTreatment.SMALL_BUSINESS: Treatment(
            "E", _("Exempt from VAT: small-business scheme (KOR)"), _("KOR"), codes={0: "GEEN"}
        ),
    }
)

# Goods and services for a business in another EU country: both are reported in the ICP return.
WITHIN_EU = frozenset({VatTreatment.EU_GOODS, VatTreatment.EU_SERVICES})


# The codes of e-Boekhouden that agree with a treatment. A code that is not in VAT_CODES is allowed.
CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        VatTreatment.DOMESTIC: frozenset(
            {"HOOG_VERK_21", "LAAG_VERK_9", "HOOG_VERK", "LAAG_VERK", "AFW_VERK", "GEEN"}
        ),
        VatTreatment.REVERSE_CHARGE: frozenset({"VERL_VERK", "VERL_VERK_L9"}),
        VatTreatment.EU_GOODS: frozenset({"BI_EU_VERK"}),
        VatTreatment.EU_SERVICES: frozenset({"BI_EU_VERK_D"}),
        VatTreatment.EXPORT: frozenset({"BU_EU_VERK"}),
        # BU_EU_VERK puts it in box 3a of the return, which is for goods; some file it there.
        VatTreatment.WORLD_SERVICES: frozenset({"GEEN", "BU_EU_VERK"}),
        VatTreatment.EXEMPT: frozenset({"GEEN"}),
        VatTreatment.SMALL_BUSINESS: frozenset({"GEEN"}),
    }
)


def default_code(treatment: str, percentage: Decimal) -> str:
    """Return the default VAT code of e-Boekhouden for this combination; empty if it has none."""
    if percentage != int(percentage):
        return ""
    return TREATMENTS[treatment].codes.get(int(percentage), "")


def contradicts(code: str, treatment: str) -> bool:
    """Return whether the code is in VAT_CODES and does not agree with the treatment."""
    return code in VAT_CODES and code not in CODES[treatment]


def category_of(treatment: str, percentage: Decimal) -> str:
    """Return the category code of EN 16931; 0% in the Netherlands is the zero rate."""
    if treatment == VatTreatment.DOMESTIC and not percentage:
        return "Z"
    return TREATMENTS[treatment].category


def rate_label(treatment: str, percentage: Decimal) -> str:
    """Return the rate of a line as it is printed: 21%, zero rate, exempt, reverse charge."""
    if percentage:
        return written(percentage)
    return str(TREATMENTS[treatment].short) or gettext("zero rate")


def words_of(treatment: str) -> str:
    """Return the text that the law requires where no VAT is charged, in the active language."""
    return str(TREATMENTS[treatment].words)
