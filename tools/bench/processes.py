"""Start the web process and a worker as docker-compose.yml does, and measure time and memory.

Both need the settings of `environment`, with a migrated database and a broker for the worker.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.plugins.servers import unused_port

# As in the Dockerfile.
HEAPS = {"MALLOC_ARENA_MAX": "2"}
PATIENCE = 60  # seconds
PAUSE = 0.02


class Started(NamedTuple):
    """Seconds until the first answer, and bytes of memory of the process that does the work."""

    seconds: float
    memory: int

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.memory / 1e6:.0f} MB"


@contextmanager
def web(environment: Mapping[str, str], *, workers: int = 1) -> Iterator[tuple[str, int]]:
    """Start gunicorn, and give its address and the id of its main process."""
    port = unused_port()
    command = [sys.executable, "-m", "gunicorn", "timechimp_eb.wsgi", f"--bind=127.0.0.1:{port}"]
    command += ["--worker-class=gthread", f"--workers={workers}", "--threads=8"]
    command += ["--worker-tmp-dir=/dev/shm", "--no-control-socket"]
    with _process(command, environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


def start_web(environment: Mapping[str, str]) -> Started:
    """Measure from the start to the answer to the first page, the login page."""
    began = time.perf_counter()
    with web(environment) as (address, pid):
        _wait_for(f"{address}/account/login/")
        seconds = time.perf_counter() - began
        return Started(seconds, max(map(memory_of, children_of(pid))))


def start_worker(environment: Mapping[str, str], *, seconds: float = 15) -> int:
    """Return the bytes of the largest process of a worker, so many seconds after its start."""
    command = [sys.executable, "-m", "celery", "--app=timechimp_eb", "worker", "--concurrency=2"]
    with _process(command, environment) as pid:
        time.sleep(seconds)
        return max(map(memory_of, [pid, *children_of(pid)]))


def children_of(pid: int) -> list[int]:
    """Return the ids of the processes that a process started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


def memory_of(pid: int) -> int:
    """Return the bytes that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


@contextmanager
def _process(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    everything = {**os.environ, **HEAPS, **environment}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=everything, stdout=quiet, stderr=quiet)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).read()
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return
