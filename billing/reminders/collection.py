"""The collection costs that a customer who does not pay may be charged.

Sources: article 6:96 of the Dutch Civil Code (BW), paragraphs 5 to 7, and article 2 of the decree
on extrajudicial collection costs (Besluit vergoeding voor buitengerechtelijke incassokosten, Stb.
2012, 141). Before these may be asked, the customer gets a letter, after the due date, that names
the amount and gives fourteen days that begin on the day after the letter arrived (Supreme Court,
25 November 2016, ECLI:NL:HR:2016:2704). Several claims on one customer belong in one letter, and
their costs are computed over the sum (paragraph 7).

A business owes at least € 40 per invoice from the day after the due date, without any letter
(article 6:96(4) BW).

A creditor who cannot deduct VAT may add it to the costs of the scale, and says so in the letter
(article 2(3) of the decree). The minimum of € 40 between businesses is not from the decree and
stays as it is.
"""

from dataclasses import dataclass
from decimal import Decimal

from lib.money import ZERO, cents, share_of

from ..models import BusinessCosts

# Percentage of each next part of the claim, in euros; the last part has no end.
SCALE = (
    (Decimal(2500), Decimal("0.15")),
    (Decimal(2500), Decimal("0.10")),
    (Decimal(5000), Decimal("0.05")),
    (Decimal(190_000), Decimal("0.01")),
)
BEYOND = Decimal("0.005")
LEAST, MOST = Decimal(40), Decimal(6775)
# The general rate of article 9(1) of the VAT Act 1968 (Wet op de omzetbelasting 1968).
VAT_PERCENTAGE = Decimal(21)


@dataclass(frozen=True)
class Costs:
    """Collection costs in euros, and the VAT that was added to them."""

    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.net + self.vat


NO_COSTS = Costs()


def collection_costs(claim: Decimal) -> Decimal:
    """Return the maximum in euros without VAT, for a creditor who can deduct VAT."""
    costs, remaining = ZERO, claim
    for part, share in SCALE:
        costs += min(remaining, part) * share
        remaining = max(remaining - part, ZERO)
    costs += remaining * BEYOND
    return cents(min(max(costs, LEAST), MOST))


def scale_costs(claim: Decimal, *, adds_vat: bool) -> Costs:
    """Return the costs of the scale, with VAT for a creditor who cannot deduct it."""
    net = collection_costs(claim)
    return Costs(net, share_of(net, VAT_PERCENTAGE) if adds_vat else ZERO)


def business_costs(choice: str, claim: Decimal, *, adds_vat: bool) -> Costs:
    """Return what a business is charged by a choice of BusinessCosts."""
    if choice == BusinessCosts.SCALE:
        return scale_costs(claim, adds_vat=adds_vat)
    return Costs(cents(LEAST)) if choice == BusinessCosts.MINIMUM else NO_COSTS
