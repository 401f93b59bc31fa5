"""Count what happens in all processes together, for metrics.

Each process adds up by itself and hands its sums to the Redis of the broker now and then, so that
counting costs a request nothing. Without Redis a process keeps its own sums. They are for a plot:
a process that is killed takes up to FLUSH_SECONDS of its own with it.
"""

import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
KEY = "hours:tally"
FLUSH_SECONDS = 5
RETRY_SECONDS = 30
SOCKET_SECONDS = 0.5
BETWEEN = "|"
SUM = "sum"

Labels = tuple[str, ...]


class Durations(NamedTuple):
    """How often something took at most as long as each bound, and the seconds of all together."""

    cumulative: list[float]
    seconds: float


class Tally:
    """The sums of this process that were not handed over yet."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._redis: redis.Redis | None = None
        self._address = ""

    def count(self, name: str, *labels: str) -> None:
        """Add one. Labels must have few values."""
        self._add({_field(name, labels, ""): 1})

    def observe(self, name: str, seconds: float, *labels: str, bounds: Sequence[float]) -> None:
        """Add one duration, to the first bound that it does not exceed."""
        bucket = str(bisect_left(bounds, seconds))
        self._add({_field(name, labels, bucket): 1, _field(name, labels, SUM): seconds})

    def hand_over(self, *, at_once: bool = False) -> None:
        """Give the sums to Redis if it is time, or at once; never raises for an unreachable one."""
        now = time.monotonic()
        with self._lock:
            if not self._sums or (now < self._next_at and not at_once):
                return
            client = self._client()
            if client is None:
                return
            sums, self._sums = self._sums, defaultdict(float)
            self._next_at = now + FLUSH_SECONDS
        try:
            with client.pipeline(transaction=False) as pipeline:
                for name, value in sums.items():
                    pipeline.hincrbyfloat(KEY, name, value)
                pipeline.execute()
        except redis.RedisError as error:
            self._add(sums)
            self._next_at = now + RETRY_SECONDS
            log.warning("tally.kept", error=type(error).__name__)

    def read(self) -> dict[str, float]:
        """Return the sums of all processes: what was handed over, and what this one has left."""
        with self._lock:
            found = defaultdict(float, self._sums)
            client = self._client()
        try:
            stored: Any = client.hgetall(KEY) if client else {}
        except redis.RedisError:
            stored = {}
        for name, value in stored.items():
            found[name.decode()] += float(value)
        return found

    def _add(self, sums: dict[str, float]) -> None:
        with self._lock:
            for name, value in sums.items():
                self._sums[name] += value

    def _client(self) -> "redis.Redis | None":
        address = settings.CELERY_BROKER_URL
        if not address.startswith(("redis", "unix")):
            return None
        if self._redis is None or address != self._address:
            self._address = address
            self._redis = redis.Redis.from_url(
                address, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
            )
        return self._redis


TALLY = Tally()


def counts_of(sums: dict[str, float], name: str) -> dict[Labels, float]:
    """Return what was counted under a name, by labels."""
    return {labels: value for labels, _part, value in _of(sums, name)}


def durations_of(
    sums: dict[str, float], name: str, *, bounds: Sequence[float]
) -> dict[Labels, Durations]:
    """Return the durations under a name, by labels; the last count is of all, however long."""
    buckets: dict[Labels, list[float]] = defaultdict(lambda: [0.0] * (len(bounds) + 1))
    seconds: dict[Labels, float] = defaultdict(float)
    for labels, part, value in _of(sums, name):
        if part == SUM:
            seconds[labels] += value
        elif part.isdecimal() and int(part) <= len(bounds):
            buckets[labels][int(part)] += value
    return {
        labels: Durations(list(accumulate(counts)), seconds[labels])
        for labels, counts in buckets.items()
    }


def _field(name: str, labels: Sequence[str], part: str) -> str:
    return BETWEEN.join((name, *(label.replace(BETWEEN, "_") for label in labels), part))


def _of(sums: dict[str, float], name: str) -> list[tuple[Labels, str, float]]:
    found = []
    for key, value in sums.items():
        first, *labels, part = key.split(BETWEEN)
        if first == name:
            found.append((tuple(labels), part, value))
    return found
