"""A short part of the killing loop: real processes, PostgreSQL, broker and sandbox."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.crash
@pytest.mark.postgres
def test_nothing_is_lost_or_doubled_when_workers_and_the_database_die():
    command = [sys.executable, "-m", "crash", "--runs", "2", "--seconds", "3", "--hard-stops", "2"]
    done = subprocess.run(
        command, cwd=ROOT, check=False, text=True, capture_output=True, timeout=240
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "runs 2" in done.stdout
