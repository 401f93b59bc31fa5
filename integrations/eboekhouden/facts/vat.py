"""VAT codes of the service: sales or purchase, percentage, and meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Side(StrEnum):
    """The side of a code: sales, purchases, or both."""

    SALES = "sales"
    PURCHASE = "purchase"
    BOTH = "both"


@dataclass(frozen=True)
class VatCode:
    """A VAT code; `percentage` is the percentage on the document, None if any is allowed."""

    code: str
    side: Side
    percentage: Decimal | None
    meaning: str

    @property
    def is_for_sales(self) -> bool:
        """True if an invoice to a customer may have this code."""
        return self.side is not Side.PURCHASE


_SALES = [
    ("HOOG_VERK_21", "21", "high rate"),
    ("LAAG_VERK_9", "9", "low rate"),
    # The two without a percentage in their name follow the date: 9 from 2019, older rates before.
    ("HOOG_VERK", "21", "high rate, old code"),
    ("LAAG_VERK", "9", "low rate, old code"),
    ("VERL_VERK", "0", "reverse charged within the country, high rate"),
    ("VERL_VERK_L9", "0", "reverse charged within the country, low rate"),
    ("AFW_VERK", None, "divergent rate"),
    ("BU_EU_VERK", "0", "outside the EU"),
    ("BI_EU_VERK", "0", "goods within the EU"),
    ("BI_EU_VERK_D", "0", "services within the EU"),
    ("AFST_VERK", "0", "distance sales within the EU"),
]

_PURCHASE = [
    ("HOOG_INK_21", "21", "high rate"),
    ("LAAG_INK_9", "9", "low rate"),
    ("HOOG_INK", "21", "high rate, old code"),
    ("LAAG_INK", "9", "low rate, old code"),
    ("VERL_INK", "0", "reverse charged, high rate"),
    ("VERL_INK_L9", "0", "reverse charged, low rate"),
    ("AFW", None, "divergent rate"),
    ("BU_EU_INK", "0", "from outside the EU"),
    ("BI_EU_INK", "0", "from within the EU"),
]


def _entries(rows: Sequence[tuple[str, str | None, str]], side: Side) -> dict[str, VatCode]:
    return {
        code: VatCode(code, side, None if rate is None else Decimal(rate), meaning)
        for code, rate, meaning in rows
    }


NO_VAT = VatCode("GEEN", Side.BOTH, Decimal(0), "no VAT")

VAT_CODES: Mapping[str, VatCode] = MappingProxyType(
    _entries(_SALES, Side.SALES) | _entries(_PURCHASE, Side.PURCHASE) | {NO_VAT.code: NO_VAT}
)
SALES_CODES = tuple(code for code, vat in VAT_CODES.items() if vat.is_for_sales)
