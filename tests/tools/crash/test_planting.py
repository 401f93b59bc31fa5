"""Mistakes that are planted in the program are found by the crash test."""

import pytest

from .playing import NIGHTLY_SECONDS, crash

# The crash test brings its own PostgreSQL: once is enough.
pytestmark = pytest.mark.postgres


@pytest.mark.nightly
def test_each_planted_mistake_is_found_and_nothing_without_one():
    assert "9 of 9" in crash("--sabotage", "--seed", "100", seconds=NIGHTLY_SECONDS)
