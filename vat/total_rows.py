"""The totals of an invoice for display (discount, net, VAT per rate) and for storage."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from lib.formats import amount, percentage
from lib.money import ZERO

from .totals import Totals, VatTotal, without_codes
from .treatments import words_of


@dataclass(frozen=True)
class TotalRow:
    """A label and an amount in euros."""

    label: str
    amount: Decimal


def total_rows(rates: Iterable[VatTotal], *, net: Decimal, discount: Decimal) -> list[TotalRow]:
    """Return the rows above the total; `discount` is the percentage on the whole invoice.

    Codes of the books are not shown: rates that differ in their code only are one row.
    """
    rates = without_codes(rates)
    off = sum((rate.discount for rate in rates), ZERO)
    rows = []
    if off:
        rows.append(TotalRow(_("Sum of the lines"), net + off))
        rows.append(TotalRow(_("Discount %(rate)s") % {"rate": percentage(discount)}, -off))
    rows.append(TotalRow(_("Total excl. VAT"), net))
    return rows + [TotalRow(vat_label(rate), rate.vat) for rate in rates]


def vat_label(rate: VatTotal) -> str:
    """Name the VAT of one rate: VAT 21% over 1.080,00, or the reason why none is charged."""
    names = {
        "rate": percentage(rate.percentage),
        "net": amount(rate.net),
        "why": words_of(rate.treatment),
    }
    if names["why"]:
        return _("%(why)s, over %(net)s") % names
    if not rate.percentage:
        return _("VAT 0%% (zero rate) over %(net)s") % names
    return _("VAT %(rate)s over %(net)s") % names


def total_fields(totals: Totals) -> dict[str, object]:
    """Return the values of the fields of an invoice that hold its totals."""
    return {
        "net": totals.net,
        "vat": totals.vat,
        "gross": totals.gross,
        "vat_totals": [rate.to_json() for rate in totals.rates],
    }
