"""Time a piece of work: the fastest of several runs has the least disturbance."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Measured(NamedTuple):
    """Seconds of the fastest and of the middle run."""

    name: str
    best: float
    median: float

    def __str__(self) -> str:
        return f"{self.name:50} {self.best * 1000:9.1f} ms  (median {self.median * 1000:.1f})"


def measure(name: str, work: Callable[[], object], *, times: int = 5) -> Measured:
    seconds = sorted(duration(work) for _ in range(times))
    return Measured(name, seconds[0], seconds[len(seconds) // 2])


def duration(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
