"""The VAT of an invoice: computed once per rate, over the sum of its lines, so that it adds up.

EN 16931 BR-CO-10 to -15: line amounts are rounded first and summed exactly. A discount on the whole
invoice is an amount per rate. Total VAT is the sum of the VAT per rate; the total incl. VAT is the
sum of the net total and the VAT.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple, Protocol, Self

from lib.money import CENT, ZERO, share_of


class Taxed(Protocol):
    """The fields of a line that VAT depends on; `net` in euros, the percentage is 21, not 0.21."""

    @property
    def net(self) -> Decimal: ...

    @property
    def vat_percentage(self) -> Decimal: ...

    @property
    def vat_code(self) -> str: ...

    @property
    def vat_treatment(self) -> str: ...


class RateKey(NamedTuple):
    """The fields that identify a rate within an invoice; the percentage is 21, not 0.21."""

    percentage: Decimal
    code: str
    treatment: str


@dataclass(frozen=True)
class VatTotal:
    """VAT of one rate, in euros: `net` is the sum of its lines less `discount`."""

    percentage: Decimal
    code: str
    treatment: str
    discount: Decimal
    net: Decimal
    vat: Decimal

    @property
    def key(self) -> RateKey:
        """The rate without its amounts."""
        return RateKey(self.percentage, self.code, self.treatment)

    def to_json(self) -> dict[str, str]:
        """Return the form in which `Invoice.vat_totals` stores it: every value a string."""
        return {
            "percentage": str(self.percentage),
            "code": self.code,
            "treatment": self.treatment,
            "discount": str(self.discount),
            "net": str(self.net),
            "vat": str(self.vat),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            percentage=Decimal(stored["percentage"]),
            code=stored["code"],
            treatment=stored["treatment"],
            discount=Decimal(stored["discount"]),
            net=Decimal(stored["net"]),
            vat=Decimal(stored["vat"]),
        )


@dataclass(frozen=True)
class Totals:
    """The totals of an invoice in euros: `net` after the discount, `gross` incl. VAT."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    rates: tuple[VatTotal, ...]

    @property
    def discount(self) -> Decimal:
        """The amount of the discount on the whole invoice, in euros."""
        return sum((rate.discount for rate in self.rates), ZERO)


def totals(lines: Iterable[Taxed], *, discount: Decimal = ZERO) -> Totals:
    """Add up the lines less `discount` percent; rates are in the order of their first line.

    Discount and VAT are computed over the sum of all codes of one treatment and percentage, and
    divided over the codes: the invoice shows one rate, the books have a part for each code.
    """
    sums: dict[RateKey, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        sums[rate_of(line)] += line.net
    off = _shares(sums, lambda _rate: discount)
    nets = {rate: amount - off[rate] for rate, amount in sums.items()}
    vat = _shares(nets, lambda rate: rate.percentage)
    return sum_of(VatTotal(*rate, off[rate], net, vat[rate]) for rate, net in nets.items())


def _shares(
    amounts: Mapping[RateKey, Decimal], percentage: Callable[[RateKey], Decimal]
) -> dict[RateKey, Decimal]:
    """Return a percentage of each amount; rates that differ only in their code share a rounding."""
    shares: dict[RateKey, Decimal] = {}
    for rates in _without_code(amounts).values():
        percent = percentage(rates[0])
        total = share_of(sum((amounts[rate] for rate in rates), ZERO), percent)
        parts = divide(total, [amounts[rate] * percent / 100 for rate in rates])
        shares |= dict(zip(rates, parts, strict=True))
    return shares


def _without_code(rates: Iterable[RateKey]) -> dict[tuple[str, Decimal], list[RateKey]]:
    groups: dict[tuple[str, Decimal], list[RateKey]] = defaultdict(list)
    for rate in rates:
        groups[rate.treatment, rate.percentage].append(rate)
    return groups


def without_codes(rates: Iterable[VatTotal]) -> list[VatTotal]:
    """Return one total for each treatment and percentage, as an invoice shows them; no codes."""
    groups: dict[RateKey, list[VatTotal]] = defaultdict(list)
    for rate in rates:
        groups[rate.key._replace(code="")].append(rate)
    return [
        VatTotal(
            *key,
            discount=sum((rate.discount for rate in group), ZERO),
            net=sum((rate.net for rate in group), ZERO),
            vat=sum((rate.vat for rate in group), ZERO),
        )
        for key, group in groups.items()
    ]


def rate_of(line: Taxed) -> RateKey:
    """Return the rate that a line belongs to."""
    return RateKey(line.vat_percentage, line.vat_code, line.vat_treatment)


def sum_of(totals_of_rates: Iterable[VatTotal]) -> Totals:
    """Return the totals of an invoice with these rates."""
    rates = tuple(totals_of_rates)
    net = sum((rate.net for rate in rates), ZERO)
    vat = sum((rate.vat for rate in rates), ZERO)
    return Totals(net, vat, net + vat, rates)


def divide(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Divide an amount over shares so that the parts add up to it and none is a cent off.

    Every part is its share rounded down to the cent. The cents that are left go to the shares that
    lost most by rounding (largest remainder). The amount may differ from the sum of the shares by
    some cents, as after crediting in parts; that difference is first spread over all parts.

    A negative amount is divided as its positive one, so that a credit of the whole takes back from
    every share what the invoice gave to it, also of equal shares.
    """
    if (amount or next(filter(None, shares), ZERO)) < 0:
        return [-part for part in divide(-amount, [-share for share in shares])]
    parts = [share.quantize(CENT, rounding=ROUND_FLOOR) for share in shares]
    if not parts:
        return parts
    each, left = divmod(int((amount - sum(parts, ZERO)) / CENT), len(parts))
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    more = set(by_loss[:left])
    return [part + CENT * (each + (i in more)) for i, part in enumerate(parts)]
