"""What is so far above the values before it that a form asks whether it is right."""

from collections.abc import Iterable
from decimal import Decimal
from statistics import median

# The last values say what is usual; fewer than some say nothing.
LAST, FEWEST = 200, 3
TIMES = 10


def typical(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the median of the sizes; None if there are too few."""
    sizes = [abs(value) for value in values if value is not None]
    return median(sizes) if len(sizes) >= FEWEST else None


def is_unlikely(value: Decimal, usual: Decimal) -> bool:
    """Return True for more than ten times what is usual, in either direction."""
    return abs(value) > TIMES * usual
