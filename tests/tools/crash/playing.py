"""The crash test, played from a test: `./run test` plays the short form.

The long form has the mark `nightly`; all of it: `./run crash`. Each test has a module of its own,
so that two processes share them.
"""

import os
import re
import subprocess
import sys

from django.conf import settings

SECONDS = 600  # for the short form, on a machine with other work
NIGHTLY_SECONDS = 3600


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
