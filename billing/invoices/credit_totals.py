"""What a credit invoice comes to. Pure: no database.

A credit of chosen lines is computed over those lines, like any invoice: VAT once per rate over
their sum. Rounding can then leave a cent between an invoice and the credits that together take back
all of it. So the credit that takes back the last line of a rate takes what is left of that rate:
the customer gets back the VAT that was charged, not a cent more or less.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.money import ZERO
from vat.totals import Taxed, Totals, VatTotal, sum_of, totals

Key = tuple[Decimal, str, str]  # percentage, code, treatment
Kept = Sequence[Mapping[str, str]]  # Invoice.vat_totals


@dataclass(frozen=True)
class Original:
    """The invoice as it was issued, and what stands against it already."""

    rates: Kept
    # Of every credit that counts before this one.
    credited: tuple[Kept, ...] = ()
    # Rates of which lines remain that neither those nor this one take back.
    remaining: frozenset[Key] = frozenset()


def credit_totals(
    lines: Iterable[Taxed], *, discount: Decimal, original: Original | None = None
) -> Totals:
    """The totals of negative lines, with `discount` percent on the whole as on the invoice.

    Without `original` over the lines alone, as e-Boekhouden computes what is made there.
    """
    own = totals(lines, discount=discount)
    if original is None:
        return own
    return sum_of(_closing(rate, original) for rate in own.rates)


def difference(lines: Iterable[Taxed], *, discount: Decimal, original: Original) -> Decimal:
    """What the totals of the lines alone miss to tie out with the invoice, in euros incl. VAT."""
    lines = tuple(lines)
    tied = credit_totals(lines, discount=discount, original=original)
    return tied.gross - credit_totals(lines, discount=discount).gross


def key_of(line: Taxed | VatTotal) -> Key:
    """Which rate of an invoice a line belongs to."""
    if isinstance(line, VatTotal):
        return line.percentage, line.code, line.treatment
    return line.vat_percentage, line.vat_code, line.vat_treatment


def _closing(rate: VatTotal, original: Original) -> VatTotal:
    """The rate as it is, or what is left of it when no line of it remains."""
    key = key_of(rate)
    if key in original.remaining:
        return rate
    left = [
        -sum((Decimal(one[name]) for one in _of_rate(key, original)), ZERO)
        for name in ("discount", "net", "vat")
    ]
    return VatTotal(*key, *left)


def _of_rate(key: Key, original: Original) -> Iterable[Mapping[str, str]]:
    for kept in (original.rates, *original.credited):
        for one in kept:
            if (Decimal(one["percentage"]), one["code"], one["treatment"]) == key:
                yield one
