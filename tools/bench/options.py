"""Sizes that the command line can change; they reach the measuring process as BENCH_… ."""

import os
from typing import NamedTuple


class Options(NamedTuple):
    """How many people work for how many seconds, organisations import, and documents leave."""

    people: int = 200
    seconds: int = 300
    organisations: int = 1000
    relations: int = 200
    documents: int = 500


def environment_of(values: dict[str, int]) -> dict[str, str]:
    """Return the variables that carry options to another process."""
    return {f"BENCH_{name.upper()}": str(value) for name, value in values.items()}


OPTIONS = Options(
    **{
        name: int(os.environ.get(f"BENCH_{name.upper()}", value))
        for name, value in Options._field_defaults.items()
    }
)
