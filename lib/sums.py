"""Sums of euros by the database, exact: it adds whole cents, as SQLite keeps decimals as floats."""

from decimal import Decimal

from django.db.models import BigIntegerField, F, Q, Sum
from django.db.models.functions import Cast, Round

from .money import CENT


def sum_in_cents(column: str, *, only: Q | None = None) -> Sum:
    """The sum of a column of euros with two decimals, as a whole number of cents, or null."""
    return Sum(Cast(Round(F(column) * 100), BigIntegerField()), filter=only)


def in_euros(cents: int | None) -> Decimal:
    """Whole cents as euros; nothing is 0.00."""
    return (cents or 0) * CENT
