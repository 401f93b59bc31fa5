"""Measure a piece of work beside its reference: times in milliseconds, queries, bytes."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

TIMES = 5


@dataclass(frozen=True)
class Work:
    """Something to measure. `run` returns the number of bytes that it made, or nothing.

    `bar` is what it may take, in milliseconds. The reference does the same work in another way.
    """

    name: str
    run: Callable[[], object]
    bar: float | None = None
    reference: Callable[[], object] | None = None
    reference_name: str = ""
    times: int = TIMES


@dataclass(frozen=True)
class Figure:
    """What was measured: medians in milliseconds; the fastest run has the least disturbance."""

    name: str
    median: float
    best: float
    bar: float | None
    queries: int
    size: int
    reference: float | None = None
    reference_name: str = ""
    note: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        seconds: float,
        bar: float | None = None,
        size: int = 0,
        note: str = "",
        queries: int = 0,
    ) -> "Figure":
        """Return the figure of what measured itself, once or a median."""
        return cls(name, seconds * 1000, seconds * 1000, bar, queries, size, note=note)

    def __str__(self) -> str:
        bar = "" if self.bar is None else f" (bar {self.bar:,.0f})"
        beside = f"; {self.reference_name} {self.reference:,.1f}" if self.reference else ""
        return (
            f"{self.name:44} {self.median:9,.1f} ms{bar}, best {self.best:,.1f},"
            f" {self.queries} queries, {self.size / 1000:,.0f} KB{beside}"
            f"{f'; {self.note}' if self.note else ''}"
        )

    def to_json(self) -> dict[str, object]:
        """Return the form in which a process passes it on."""
        return asdict(self)


def measure(work: Work) -> Figure:
    """Measure alternately with the reference, after one run that warms both."""
    size = work.run()
    if work.reference:
        work.reference()
    own, others = [], []
    for _time in range(work.times):
        own.append(duration(work.run))
        if work.reference:
            others.append(duration(work.reference))
    with CaptureQueriesContext(connection) as queries:
        work.run()
    return Figure(
        name=work.name,
        median=median(own),
        best=min(own),
        bar=work.bar,
        queries=len(queries),
        size=size if isinstance(size, int) else 0,
        reference=median(others) if others else None,
        reference_name=work.reference_name,
    )


def duration(work: Callable[[], object]) -> float:
    """Return how long it takes, in milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
