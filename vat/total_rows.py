"""The totals of an invoice as people read them: discount, net, and VAT per rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from lib.formats import amount, percentage
from lib.money import ZERO

from .totals import Totals
from .treatments import words_of

Rate = Mapping[str, str]  # a row of Invoice.vat_totals


@dataclass(frozen=True)
class TotalRow:
    """A label and an amount in euros."""

    label: str
    amount: Decimal


def total_rows(rates: Iterable[Rate], *, net: Decimal, discount: Decimal) -> list[TotalRow]:
    """Everything above the total; `discount` is the percentage on the whole."""
    rates = list(rates)
    off = sum((Decimal(rate["discount"]) for rate in rates), ZERO)
    rows = []
    if off:
        rows.append(TotalRow(_("Sum of the lines"), net + off))
        rows.append(TotalRow(_("Discount %(rate)s") % {"rate": percentage(discount)}, -off))
    rows.append(TotalRow(_("Total excl. VAT"), net))
    return rows + [TotalRow(vat_label(rate), Decimal(rate["vat"])) for rate in rates]


def vat_label(rate: Rate) -> str:
    """What the VAT of one rate is called: VAT 21% over 1.080,00, or why there is none."""
    names = {
        "rate": percentage(Decimal(rate["percentage"])),
        "net": amount(Decimal(rate["net"])),
        "why": words_of(rate["treatment"]),
    }
    if names["why"]:
        return _("%(why)s, over %(net)s") % names
    return _("VAT %(rate)s over %(net)s") % names


def rate_rows(totals: Totals) -> list[dict[str, str]]:
    """The totals per rate as an invoice keeps them: plain strings."""
    return [
        {
            "percentage": str(rate.percentage),
            "code": rate.code,
            "treatment": rate.treatment,
            "discount": str(rate.discount),
            "net": str(rate.net),
            "vat": str(rate.vat),
        }
        for rate in totals.rates
    ]


def total_fields(totals: Totals) -> dict[str, object]:
    """The totals as an invoice keeps them."""
    return {
        "net": totals.net,
        "vat": totals.vat,
        "gross": totals.gross,
        "vat_totals": rate_rows(totals),
    }
