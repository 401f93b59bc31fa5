"""Exact sums of euros by the database, in whole cents because SQLite stores decimals as floats."""

from decimal import Decimal

from django.db.models import BigIntegerField, F, Q, Sum
from django.db.models.functions import Cast, Round

from .money import CENT


def sum_in_cents(column: str, *, only: Q | None = None) -> Sum:
    """Sum a column of euros with two decimals as whole cents; null without rows."""
    return Sum(Cast(Round(F(column) * 100), BigIntegerField()), filter=only)


def in_euros(cents: int | None) -> Decimal:
    """Convert whole cents to euros; None is 0.00."""
    return (cents or 0) * CENT
