"""The plot of the hours left of a budget: lines of an SVG, told apart by their strokes."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from lib.days import ONE_DAY

from .standing import WEEK, Standing

WIDTH, HEIGHT = 640, 200
LEFT, TOP = 44, 10
# Week numbers below the plot, at most.
MOST_LABELS = 12


@dataclass(frozen=True)
class Label:
    """A text in the plot, at one coordinate."""

    at: str
    text: str


@dataclass(frozen=True)
class Plot:
    """The points of the lines, and the texts at both axes; hours at the left, weeks below."""

    actual: str
    plan: str
    forecast: str
    hours: tuple[Label, ...]
    weeks: tuple[Label, ...]
    zero: str
    last_x: str
    last_y: str


class _Scale:
    """Turns days and minutes into coordinates."""

    def __init__(self, first: datetime.date, last: datetime.date, low: int, high: int) -> None:
        self.first, self.days = first, max((last - first).days, 1)
        self.high, self.span = high, max(high - low, 1)

    def x(self, day: datetime.date) -> str:
        return f"{LEFT + (day - self.first).days / self.days * (WIDTH - LEFT - 10):.1f}"

    def y(self, minutes: int) -> str:
        return f"{TOP + (self.high - minutes) / self.span * (HEIGHT - TOP - 30):.1f}"

    def point(self, day: datetime.date, minutes: int) -> str:
        return f"{self.x(day)},{self.y(minutes)}"


def plot_of(standing: Standing, *, ends_on: datetime.date | None, today: datetime.date) -> Plot:
    """Return the plot of a project with a budget and hours."""
    budget, forecast = standing.budget or 0, standing.forecast
    first = standing.weeks[0][0]
    last_week, left = standing.weeks[-1]
    now = max(min(last_week + WEEK, today + ONE_DAY), last_week + ONE_DAY)
    last = max(now, ends_on or now)
    lows = [0, *(minutes for _week, minutes in standing.weeks)]
    scale = _Scale(first, last, min([*lows, forecast.left if forecast else 0]), budget)
    points = [scale.point(first, budget)]
    points += [scale.point(min(week + WEEK, now), minutes) for week, minutes in standing.weeks]
    plan = [scale.point(first, budget), scale.point(last, 0)] if ends_on else []
    ahead = [scale.point(now, left), scale.point(last, forecast.left)] if forecast else []
    return Plot(
        actual=" ".join(points),
        plan=" ".join(plan),
        forecast=" ".join(ahead),
        hours=tuple(_hours(scale, budget)),
        weeks=tuple(_weeks(scale, first, last)),
        zero=scale.y(0),
        last_x=scale.x(now),
        last_y=scale.y(left),
    )


def _hours(scale: _Scale, budget: int) -> Iterator[Label]:
    for part in range(4):
        minutes = budget * part // 3
        yield Label(scale.y(minutes), str(round(minutes / 60)))


def _weeks(scale: _Scale, first: datetime.date, last: datetime.date) -> Iterator[Label]:
    number = (last - first) // WEEK + 1
    step = -(-number // MOST_LABELS)
    for week in range(0, number, step):
        monday = first + week * WEEK
        yield Label(scale.x(monday), str(monday.isocalendar().week))
