"""The collection costs that a private customer who does not pay may be charged.

Sources: article 6:96 of the Dutch Civil Code (BW), paragraphs 5 to 7, and article 2 of the decree
on extrajudicial collection costs (Besluit vergoeding voor buitengerechtelijke incassokosten, Stb.
2012, 141). Before these may be asked, the customer gets a letter, after the due date, that names
the amount and gives fourteen days that begin on the day after the letter arrived (Supreme Court,
25 November 2016, ECLI:NL:HR:2016:2704). Several claims on one customer belong in one letter, and
their costs are computed over the sum (paragraph 7).
"""

from decimal import Decimal

from lib.money import ZERO, cents

# Percentage of each next part of the claim, in euros; the last part has no end.
SCALE = (
    (Decimal(2500), Decimal("0.15")),
    (Decimal(2500), Decimal("0.10")),
    (Decimal(5000), Decimal("0.05")),
    (Decimal(190_000), Decimal("0.01")),
)
BEYOND = Decimal("0.005")
LEAST, MOST = Decimal(40), Decimal(6775)


def collection_costs(claim: Decimal) -> Decimal:
    """Return the maximum in euros without VAT, for a creditor who can deduct VAT."""
    costs, remaining = ZERO, claim
    for part, share in SCALE:
        costs += min(remaining, part) * share
        remaining = max(remaining - part, ZERO)
    costs += remaining * BEYOND
    return cents(min(max(costs, LEAST), MOST))
