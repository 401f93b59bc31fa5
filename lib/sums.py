"""Exact sums of euros by the database, in whole cents because SQLite stores decimals as floats."""

from decimal import Decimal

from django.db.models import BigIntegerField, Expression, F, Q, Sum
from django.db.models.functions import Cast, Round

from .money import CENT

WHOLE = BigIntegerField()


def sum_in_cents(column: str, *, only: Q | None = None) -> Sum:
    """Sum a column of euros with two decimals as whole cents; null without rows."""
    return Sum(_cents(column), filter=only)


def cents_of_minutes(minutes: Expression, rate: str) -> Expression:
    """Return what `lib.money.worth_of_minutes` returns, in whole cents; null without a rate.

    Whole numbers are divided, which rounds down, so the half is added first. Minutes and rates are
    never negative.
    """
    hundredths = (Cast(minutes, WHOLE) * 10 + 3) / 6
    return (hundredths * _cents(rate) + 50) / 100


def tenths_of_kilometres(column: str) -> Sum:
    """Sum a column of kilometres with one decimal as whole tenths; null without rows."""
    return Sum(Cast(Round(F(column) * 10), WHOLE))


def cents_of_kilometres(tenths: Expression, rate: str) -> Expression:
    """Return what `lib.money.net_amount` returns for kilometres at a rate, in whole cents.

    Kilometres and rates are never negative, so the half that is added rounds up.
    """
    return (Cast(tenths, WHOLE) * _cents(rate) + 5) / 10


def _cents(column: str) -> Cast:
    return Cast(Round(F(column) * 100), WHOLE)


def in_euros(cents: int | None) -> Decimal:
    """Convert whole cents to euros; None is 0.00."""
    return (cents or 0) * CENT
