"""`./run test`: the tests on SQLite, then all of them, with the browser, on PostgreSQL.

  --coverage  measure lines and branches over both phases, and list what was not executed
  --nightly   with the tests that take too long for every change (mark `nightly`)

All other arguments go to pytest.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from .plugins import EARLIER
from .plugins.chromium import install_what_is_missing
from .plugins.servers import throwaway_postgres, throwaway_valkey

NO_TESTS = 5  # pytest's exit code when nothing was selected
COVERAGE_DATA = Path(__file__).resolve().parent.parent / ".coverage-data"
PHASES = {"SQLite": ["-m", "not e2e and not postgres"], "PostgreSQL": []}


def main(arguments: list[str]) -> int:
    """The exit code is the first failing phase's; a phase without tests is no failure."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
    install_what_is_missing()
    is_measured = "--coverage" in arguments
    arguments = [argument for argument in arguments if argument != "--coverage"]
    if is_measured:
        shutil.rmtree(COVERAGE_DATA, ignore_errors=True)
        COVERAGE_DATA.mkdir()
    codes, report = [], ""
    with servers() as addresses:
        for phase, selection in PHASES.items():
            began = time.monotonic()
            print(f"\n── {phase} " + "─" * 60, flush=True)
            environment = surroundings(phase, addresses, report)
            command = [*selection, *arguments]
            codes.append(run_pytest(command, environment, is_measured=is_measured))
            result = "failed" if codes[-1] not in (0, NO_TESTS) else "passed"
            report += f"{phase}: {result} in {time.monotonic() - began:.0f} s\n"
    if is_measured:
        report_coverage()
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


def run_pytest(
    arguments: list[str], environment: Mapping[str, str], *, is_measured: bool = False
) -> int:
    # The order of the tests stays: what takes long begins.
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist=loadscope", "--no-loadscope-reorder"]
    measure = ["-m", "coverage", "run"] if is_measured else []
    command = [sys.executable, *measure, "-m", "pytest", *workers, *arguments]
    if is_measured:
        environment = {**environment, **coverage_file()}
    return subprocess.run(command, env=dict(environment), check=False).returncode


def coverage_file() -> dict[str, str]:
    """Name the file to which each measured process adds its own ending."""
    return {"COVERAGE_FILE": str(COVERAGE_DATA / "data")}


def report_coverage() -> None:
    """Print what was not executed; the details are in `.coverage-data/html`."""
    environment = {**os.environ, **coverage_file()}
    for command in (
        ["combine", "-q"],
        ["html", "-q", "-d", str(COVERAGE_DATA / "html")],
        ["report"],
    ):
        subprocess.run([sys.executable, "-m", "coverage", *command], env=environment, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
