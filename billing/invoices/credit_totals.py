"""The totals of a credit invoice. No queries.

A credit of chosen lines is computed over those lines, like any invoice: VAT once per rate over
their sum. Rounding can leave a cent between an invoice and the credits that together take back all
of it. Therefore the credit of the last line of a rate takes what is left of that rate: the customer
gets back exactly the VAT that was charged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from lib.money import ZERO
from vat.totals import RateKey, Taxed, Totals, VatTotal, sum_of, totals


@dataclass(frozen=True)
class Original:
    """The totals of an invoice as issued, and of the credits that count before a new one."""

    rates: tuple[VatTotal, ...]
    # The rates of all earlier credits together; a rate occurs once for every credit with it.
    credited: tuple[VatTotal, ...] = ()
    # Rates with a line that neither those credits nor the new one take back.
    remaining: frozenset[RateKey] = frozenset()


def credit_totals(
    lines: Iterable[Taxed], *, discount: Decimal, original: Original | None = None
) -> Totals:
    """Compute the totals of negative lines, with the `discount` in percent of the invoice.

    Without `original` they follow from the lines alone, as e-Boekhouden computes them.
    """
    alone = totals(lines, discount=discount)
    if original is None:
        return alone
    return sum_of(_closing(rate, original) for rate in alone.rates)


def difference(lines: Iterable[Taxed], *, discount: Decimal, original: Original) -> Decimal:
    """Return the totals tied to the invoice less those of the lines alone, in euros incl. VAT."""
    lines = tuple(lines)
    with_original = credit_totals(lines, discount=discount, original=original)
    return with_original.gross - credit_totals(lines, discount=discount).gross


def _closing(rate: VatTotal, original: Original) -> VatTotal:
    """Return the rate unchanged, or what is left of it when no line of it remains."""
    if rate.key in original.remaining:
        return rate
    return VatTotal(
        *rate.key,
        discount=-sum((one.discount for one in _of_rate(rate.key, original)), ZERO),
        net=-sum((one.net for one in _of_rate(rate.key, original)), ZERO),
        vat=-sum((one.vat for one in _of_rate(rate.key, original)), ZERO),
    )


def _of_rate(key: RateKey, original: Original) -> Iterator[VatTotal]:
    return (one for one in (*original.rates, *original.credited) if one.key == key)
