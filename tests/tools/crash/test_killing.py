"""Real processes are killed while they book, and then every record is audited.

`./run test` plays the short form. The long form has the mark `nightly`; all of it: `./run crash`.
"""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tools.crash.running import EFFECTS

# The crash test brings its own PostgreSQL: once is enough.
pytestmark = pytest.mark.postgres
SECONDS = 600  # for the short form, on a machine with other work
NIGHTLY_SECONDS = 3600
PLANT_ONE = """
import sys
from tools.crash.finding_mistakes import hunt
run, found = hunt(sys.argv[1], runs=20, seed=100, seconds=3)
print(f"found in run {run}" if found else f"not found in {run} runs")
"""


def python(*arguments: str, seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """Run Python at half the pace, because other tests run at the same time."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        check=False,
        env={**os.environ, "CRASH_PACE": os.environ.get("CRASH_PACE", "2")},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def crash(*options: str, seconds: int = SECONDS) -> str:
    return python("-m", "tools.crash", *options, seconds=seconds).stdout


def figures(line: str) -> dict[str, int]:
    """Read `disks full 3, clocks moved 5` of the last line."""
    found = re.findall(r"([a-z][a-z -]*[a-z]) ([0-9,]+)", line.strip().splitlines()[-1])
    return {name: int(figure.replace(",", "")) for name, figure in found}


def test_a_kill_at_every_point_and_every_bad_answer_leave_every_record_right():
    counted = figures(crash("--some", "--seed", "1"))

    assert counted["wrong"] == 0
    # Each fault of the surroundings had its effect, and not only its order.
    for name in EFFECTS:
        assert counted[name] > 0, name


def test_random_kills_and_bad_answers_leave_every_record_right():
    assert "runs 1," in crash("--runs", "1", "--seconds", "2", "--seed", "1", "--hard-stops", "1")


def test_a_planted_mistake_is_found():
    assert "not found" not in python("-c", PLANT_ONE, "redirects are followed").stdout


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


@pytest.mark.nightly
def test_each_planted_mistake_is_found_and_nothing_without_one():
    assert "8 of 8" in crash("--sabotage", "--seed", "100", seconds=NIGHTLY_SECONDS)
