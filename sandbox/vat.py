"""VAT codes of the service: sales or purchase, rate, and VAT account."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HIGH_ROSE = date(2012, 10, 1)
LOW_ROSE = date(2019, 1, 1)


@dataclass(frozen=True)
class VatCode:
    """`side` is sale, purchase or both; `account` the category its VAT is posted on."""

    side: str
    rate: str
    account: str

    def percentage(self, day):
        """Return the percentage on a document of this day."""
        if self.rate == "high":
            return Decimal(21 if day >= HIGH_ROSE else 19)
        if self.rate == "low":
            return Decimal(9 if day >= LOW_ROSE else 6)
        return Decimal(self.rate)

    @property
    def is_reversed(self):
        return self.account == "reversed"


CODES = {
    "HOOG_VERK": VatCode("sale", "high", "AF19"),
    "HOOG_VERK_21": VatCode("sale", "21", "AF19"),
    "LAAG_VERK": VatCode("sale", "low", "AF6"),
    "LAAG_VERK_9": VatCode("sale", "9", "AF6"),
    "VERL_VERK": VatCode("sale", "0", "reversed"),
    "VERL_VERK_L9": VatCode("sale", "0", "reversed"),
    "AFW_VERK": VatCode("sale", "0", "AFOVERIG"),
    "AFW": VatCode("both", "0", "AFOVERIG"),
    "BU_EU_VERK": VatCode("sale", "0", "AF19"),
    "BI_EU_VERK": VatCode("sale", "0", "AF19"),
    "BI_EU_VERK_D": VatCode("sale", "0", "AF19"),
    "AFST_VERK": VatCode("sale", "0", "AF19"),
    "HOOG_INK": VatCode("purchase", "high", "VOOR"),
    "HOOG_INK_21": VatCode("purchase", "21", "VOOR"),
    "LAAG_INK": VatCode("purchase", "low", "VOOR"),
    "LAAG_INK_9": VatCode("purchase", "9", "VOOR"),
    "VERL_INK": VatCode("purchase", "0", "reversed"),
    "VERL_INK_L9": VatCode("purchase", "0", "reversed"),
    "BU_EU_INK": VatCode("purchase", "0", "VOOR"),
    "BI_EU_INK": VatCode("purchase", "0", "VOOR"),
    "GEEN": VatCode("both", "0", "none"),
}
