"""`./run test`: the tests on SQLite, then all of them, with the browser, on PostgreSQL."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from .plugins import EARLIER
from .plugins.chromium import install_what_is_missing
from .plugins.servers import throwaway_postgres, throwaway_valkey

NO_TESTS = 5  # pytest's exit code when nothing was selected
PHASES = {"SQLite": ["-m", "not e2e and not postgres"], "PostgreSQL": []}


def main(arguments: list[str]) -> int:
    """The exit code is the first failing phase's; a phase without tests is no failure."""
    install_what_is_missing()
    codes, report = [], ""
    with servers() as addresses:
        for phase, selection in PHASES.items():
            began = time.monotonic()
            print(f"\n── {phase} " + "─" * 60, flush=True)
            environment = surroundings(phase, addresses, report)
            codes.append(run_pytest([*selection, *arguments], environment))
            result = "failed" if codes[-1] not in (0, NO_TESTS) else "passed"
            report += f"{phase}: {result} in {time.monotonic() - began:.0f} s\n"
    if codes == [NO_TESTS] * len(codes):
        return NO_TESTS
    return next((code for code in codes if code not in (0, NO_TESTS)), 0)


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey, those of the environment or our own, for both phases."""
    with contextlib.ExitStack() as stack:
        yield {
            "TEST_DATABASE_URL": os.environ.get("TEST_DATABASE_URL")
            or stack.enter_context(throwaway_postgres()),
            "TEST_REDIS_URL": os.environ.get("TEST_REDIS_URL")
            or stack.enter_context(throwaway_valkey()),
        }


def surroundings(phase: str, addresses: Mapping[str, str], report: str) -> dict[str, str]:
    """The environment of a phase; tests/settings.py shuts out what else is in ours."""
    environment = {**os.environ, **addresses, EARLIER: report}
    if phase == "SQLite":
        del environment["TEST_DATABASE_URL"]
    return environment


def run_pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadscope"]
    command = [sys.executable, "-m", "pytest", *workers, *arguments]
    return subprocess.run(command, env=dict(environment), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
