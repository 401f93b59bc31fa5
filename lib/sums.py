"""Exact sums of euros by the database, in whole cents because SQLite stores decimals as floats."""

from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, Expression, F, Q, Sum
from django.db.models.expressions import Col, Combinable
from django.db.models.functions import Cast, Round

from .money import CENT

WHOLE = BigIntegerField()


def sum_in_cents(column: str, *, only: Q | None = None) -> Sum:
    """Sum a column of euros with two decimals as whole cents; null without rows."""
    return Sum(_cents(column), filter=only)


def cents_of_minutes(minutes: Combinable, rate: str) -> Expression:
    """Return what `lib.money.worth_of_minutes` returns, in whole cents; null without a rate.

    `minutes` are sums over rows that are grouped by their rate. Whole numbers are divided, which
    rounds down, so the half is added first. Minutes and rates are never negative.
    """
    hundredths = (Cast(minutes, WHOLE) * 10 + 3) / 6
    return (hundredths * _CentsOfGroup(rate) + 50) / 100


def tenths_of_kilometres(column: str) -> Sum:
    """Sum a column of kilometres with one decimal as whole tenths; null without rows."""
    return Sum(Cast(Round(F(column) * 10), WHOLE))


def cents_of_kilometres(tenths: Expression, rate: str) -> Expression:
    """Return what `lib.money.net_amount` returns for kilometres at a rate, in whole cents.

    `tenths` is a sum over rows that are grouped by their rate. Kilometres and rates are never
    negative, so the half that is added rounds up.
    """
    return (Cast(tenths, WHOLE) * _CentsOfGroup(rate) + 5) / 10


def _cents(column: str) -> Cast:
    return Cast(Round(F(column) * 100), WHOLE)


class _CentsOfGroup(Cast):
    """A column of euros that rows are grouped by, in whole cents; computed once a group.

    Django would group by the cents as well, and compute them for every row.
    """

    def __init__(self, column: str) -> None:
        super().__init__(Round(F(column) * 100), WHOLE)

    def get_group_by_cols(self) -> list[Any]:
        return [one for one in self.flatten() if isinstance(one, Col)]


def in_euros(cents: int | None) -> Decimal:
    """Convert whole cents to euros; None is 0.00."""
    return (cents or 0) * CENT
