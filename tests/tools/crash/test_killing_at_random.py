"""Real processes are killed at random while they book, and then every record is audited."""

import pytest

from tools.crash.running import EFFECTS

from .playing import NIGHTLY_SECONDS, crash, figures

# The crash test brings its own PostgreSQL: once is enough.
pytestmark = [pytest.mark.postgres, pytest.mark.long]


def test_random_kills_and_bad_answers_leave_every_record_right():
    assert "runs 1," in crash("--runs", "1", "--seconds", "2", "--seed", "1", "--hard-stops", "1")


@pytest.mark.nightly
def test_many_random_kills_and_bad_answers_leave_every_record_right():
    options = ("--runs", "20", "--seconds", "4", "--hard-stops", "5")
    line = crash(*options, seconds=NIGHTLY_SECONDS)

    assert "runs 20," in line
    random = set(EFFECTS) - {"connections read-only"}  # there the whole database is read-only
    assert {name for name in random if not figures(line)[name]} == set()


@pytest.mark.nightly
def test_random_kills_with_a_service_that_accepts_duplicate_numbers_leave_every_record_right():
    options = ("--runs", "10", "--seconds", "4", "--hard-stops", "4", "--not-unique")

    assert "runs 10," in crash(*options, seconds=NIGHTLY_SECONDS)
