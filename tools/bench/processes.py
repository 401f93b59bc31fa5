"""Start the web processes and a worker as docker-compose.yml does, and measure time and memory.

Both need the settings of `environment`, with a migrated database and a broker for the worker.
"""

import os
import re
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

# As in the Dockerfile, whose modules are compiled already.
IMAGE = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": ""}
PATIENCE = 60  # seconds
PAUSE = 0.02


class Memory(NamedTuple):
    """Bytes that a process holds; `fair` divides what it shares over those that share it."""

    held: int
    fair: int

    def __str__(self) -> str:
        return f"RSS {self.held / 1e6:.0f} MB, PSS {self.fair / 1e6:.0f} MB"


class Started(NamedTuple):
    """Seconds until the first answer, those of a processor, and the memory of the process."""

    seconds: float
    computed: float
    memory: Memory


@contextmanager
def web(environment: Mapping[str, str], *, workers: int = 1) -> Iterator[tuple[str, int]]:
    """Start gunicorn, and give its address and the id of its main process."""
    port = unused_port()
    command = [sys.executable, "-m", "gunicorn", "timechimp_eb.wsgi", f"--bind=127.0.0.1:{port}"]
    command += ["--worker-class=gthread", f"--workers={workers}", "--threads=8"]
    command += ["--config=python:timechimp_eb.serving"]
    command += ["--worker-tmp-dir=/dev/shm", "--no-control-socket"]
    with _process(command, environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


def start_web(environment: Mapping[str, str]) -> Started:
    """Measure from the start to the answer to the first page, the login page."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "."], check=True)
    began = time.perf_counter()
    with web(environment) as (address, pid):
        wait_for(f"{address}/account/login/")
        seconds = time.perf_counter() - began
        processes = [pid, *children_of(pid)]
        return Started(seconds, sum(map(computed_by, processes)), largest(processes[1:]))


def start_worker(environment: Mapping[str, str], *, seconds: float = 15) -> Memory:
    """Return the memory of the largest process of a worker, so many seconds after its start."""
    command = [sys.executable, "-m", "celery", "--app=timechimp_eb", "worker", "--concurrency=2"]
    with _process(command, environment) as pid:
        time.sleep(seconds)
        return largest([pid, *children_of(pid)])


def children_of(pid: int) -> list[int]:
    """Return the ids of the processes that a process started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


def largest(pids: list[int]) -> Memory:
    """Return the memory of the process that holds most."""
    return max(map(memory_of, pids))


def memory_of(pid: int) -> Memory:
    """Return what a process holds."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    lines = re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)
    sizes = {name: int(size) * 1024 for name, size in lines}
    return Memory(sizes["Rss"], sizes["Pss"])


def computed_by(pid: int) -> float:
    """Return the seconds that a process computed; other programs don't lengthen them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _process(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    everything = {**os.environ, **IMAGE, **environment}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=everything, stdout=quiet, stderr=quiet)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for(address: str) -> None:
    """Return when the address answers; raise after a minute without an answer."""
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
