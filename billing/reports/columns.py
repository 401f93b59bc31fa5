"""The geometry of a plot of columns that stand on zero, for an SVG without inline styles.

Coordinates are whole numbers. A column carries its value as a text and links its list, so that it
reads without its colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 640, 220
LEFT, TOP, BOTTOM = 40, 12, 24
FLOOR = HEIGHT - BOTTOM
# The part of the room of a group that its columns fill.
FILLED = 0.74
STEPS = (1, 2, 5, 10)
# The parts of the axis: of a given height, and of a round number above the figures.
TICKS_GIVEN, TICKS_ROUND = 4, 5


@dataclass(frozen=True)
class Value:
    """One column before it is drawn: its figure, where it leads, and what it says."""

    figure: Decimal
    url: str
    title: str
    text: str = ""
    # How it is drawn: as usual, pale and dashed (`open`), or as an outline (`before`).
    style: str = ""


@dataclass(frozen=True)
class Column:
    """A column with its coordinates."""

    x: int
    y: int
    width: int
    height: int
    value: Value

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def text_y(self) -> int:
        """Where its text stands: within the column if it is high enough, else above it."""
        return self.y + 16 if self.height > 24 else self.y - 4


@dataclass(frozen=True)
class Group:
    """A label below the axis with its columns."""

    middle: int
    label: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Tick:
    """A line of the grid with its figure."""

    y: int
    label: str


@dataclass(frozen=True)
class Columns:
    """A plot. `target` is the height of a line across it; None without one."""

    groups: tuple[Group, ...]
    ticks: tuple[Tick, ...]
    target: int | None
    floor: int = FLOOR
    right: int = WIDTH - 10


def columns(
    groups: Sequence[tuple[str, Sequence[Value]]],
    *,
    highest: Decimal | None = None,
    target: Decimal | None = None,
    unit: int = 1,
) -> Columns:
    """Return the plot of these groups; figures below zero have no height.

    `highest` is the top of the axis, else a round number above all figures. Ticks count in `unit`.
    """
    every = [value.figure for _label, values in groups for value in values]
    top = highest or round_above(max([*every, Decimal(0)]))

    def y(figure: Decimal) -> int:
        return FLOOR - round((FLOOR - TOP) * min(max(figure / top, Decimal(0)), Decimal(1)))

    room = (WIDTH - LEFT - 10) / max(len(groups), 1)
    most = max((len(values) for _label, values in groups), default=1)
    width = int(room * FILLED / max(most, 1))
    parts = TICKS_GIVEN if highest else TICKS_ROUND
    drawn = []
    for place, (label, values) in enumerate(groups):
        start = round(LEFT + place * room + room * (1 - FILLED) / 2)
        shown = tuple(
            Column(start + n * width, y(one.figure), max(width - 2, 2), FLOOR - y(one.figure), one)
            for n, one in enumerate(values)
        )
        drawn.append(Group(round(LEFT + (place + 0.5) * room), label, shown))
    ticks = tuple(
        Tick(y(top * part / parts), f"{(top * part / parts / unit).normalize():f}")
        for part in range(parts + 1)
    )
    return Columns(tuple(drawn), ticks, None if target is None else y(target))


def round_above(figure: Decimal) -> Decimal:
    """Return 1, 2 or 5 times a power of ten that is not below the figure; at least 1."""
    power = Decimal(1)
    while power * 10 < figure:
        power *= 10
    return next(power * step for step in STEPS if power * step >= figure)
