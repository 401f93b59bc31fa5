"""The geometry of a bar chart, in whole numbers for an SVG without inline styles."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

LENGTH = 1000  # of the longest positive and the longest negative bar together


@dataclass(frozen=True)
class Bar:
    """The start and length of a bar from the low end, in parts of LENGTH."""

    start: int
    length: int

    @property
    def top(self) -> int:
        """The start from the high end, for columns."""
        return LENGTH - self.start - self.length


@dataclass(frozen=True)
class Pair:
    """A label with two bars: this period and a year before."""

    label: str
    now: Bar
    before: Bar


def chart(figures: Sequence[tuple[str, Decimal, Decimal]]) -> list[Pair]:
    """Scale bars for labels with two figures each; return none if all are zero."""
    every = [figure for _label, *both in figures for figure in both]
    low, high = min([*every, Decimal(0)]), max([*every, Decimal(0)])
    if low == high:
        return []
    scale = LENGTH / (high - low)

    def bar(figure: Decimal) -> Bar:
        return Bar(int((min(figure, Decimal(0)) - low) * scale), round(abs(figure) * scale))

    return [Pair(label, bar(now), bar(before)) for label, now, before in figures]
