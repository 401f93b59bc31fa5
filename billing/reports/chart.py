"""The geometry of a bar chart: whole numbers for an SVG, so that a page needs no line of style."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

LENGTH = 1000  # of the longest bar and those on the other side of zero together


@dataclass(frozen=True)
class Bar:
    """Where a bar begins and how long it is, of LENGTH, from the low end."""

    start: int
    length: int

    @property
    def top(self) -> int:
        """Where it begins when counted from the high end, as columns do."""
        return LENGTH - self.start - self.length


@dataclass(frozen=True)
class Pair:
    """A label with its two bars: now, and before."""

    label: str
    now: Bar
    before: Bar


def chart(figures: Sequence[tuple[str, Decimal, Decimal]]) -> list[Pair]:
    """Bars to scale for labels with two figures each; nothing when all are zero."""
    every = [figure for _label, *both in figures for figure in both]
    low, high = min([*every, Decimal(0)]), max([*every, Decimal(0)])
    if low == high:
        return []
    scale = LENGTH / (high - low)

    def bar(figure: Decimal) -> Bar:
        return Bar(int((min(figure, Decimal(0)) - low) * scale), round(abs(figure) * scale))

    return [Pair(label, bar(now), bar(before)) for label, now, before in figures]
