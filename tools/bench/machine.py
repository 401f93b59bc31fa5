"""How fast this machine does two fixed things, to compare figures of different machines."""

import os
import platform

import psycopg

from .measuring import duration

ROUNDS = 1_000_000
TIMES = 20


def yardstick(address: str) -> str:
    """Return the fastest times of a loop in Python and of a SELECT, as words."""
    with psycopg.connect(address, autocommit=True) as connection:
        select = min(
            duration(lambda: connection.execute("SELECT 1").fetchone()) for _ in range(200)
        )
    loop = min(duration(_count) for _time in range(TIMES))
    return (
        f"{os.cpu_count()} processors, Python {platform.python_version()};"
        f" {ROUNDS:,} rounds of a loop in Python {loop:.0f} ms, SELECT 1 {select:.2f} ms"
    )


def _count() -> int:
    total = 0
    for number in range(ROUNDS):
        total += number & 7
    return total
