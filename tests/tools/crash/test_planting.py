"""A mistake that is planted in the program is found by the crash test."""

import pytest

from .playing import NIGHTLY_SECONDS, crash, python

# The crash test brings its own PostgreSQL: once is enough.
pytestmark = [pytest.mark.postgres, pytest.mark.long]
PLANT_ONE = """
import sys
from tools.crash.finding_mistakes import hunt
run, found = hunt(sys.argv[1], runs=20, seed=100, seconds=3)
print(f"found in run {run}" if found else f"not found in {run} runs")
"""


def test_a_planted_mistake_is_found():
    assert "not found" not in python("-c", PLANT_ONE, "redirects are followed").stdout


@pytest.mark.nightly
def test_each_planted_mistake_is_found_and_nothing_without_one():
    assert "9 of 9" in crash("--sabotage", "--seed", "100", seconds=NIGHTLY_SECONDS)
