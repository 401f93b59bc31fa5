"""Real processes are killed: a part of the grid, and some runs at random. The rest: ./run crash."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

# Once is enough: the loop brings its own PostgreSQL, whichever the tests run on.
pytestmark = pytest.mark.postgres
# On a machine with a lot of other work; alone it is done in a minute.
LONGEST = 600


def loop(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.crash", *words]
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        check=False,
        # Other tests run beside it.
        env={**os.environ, "CRASH_PACE": "2"},
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )


def test_a_kill_at_every_point_and_every_bad_answer_leave_the_books_right():
    done = loop("--some", "--seed", "1")

    assert done.returncode == 0, done.stdout + done.stderr
    assert ", wrong 0" in done.stdout


def test_random_kills_and_bad_answers_leave_the_books_right():
    done = loop("--runs", "3", "--seconds", "3", "--hard-stops", "3")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "runs 3," in done.stdout
