"""Amounts: Decimals outside, whole cents in the books, rounded half away from zero."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def rounded(amount, *, decimals=2):
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def to_cents(amount):
    return int(rounded(amount) * 100)


def from_cents(cents):
    return Decimal(cents) / 100


def share_of(cents, percentage):
    """Return a percentage of an amount in cents, in whole cents."""
    return int((cents * percentage / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
