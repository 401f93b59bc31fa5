"""Faults of what a process works with: a full disk, a wrong clock, a database that only reads.

Each returns whether it had its effect, which is counted.
"""

import os
import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import time_machine
from django.db import connections
from psycopg.pq import TransactionStatus


def fill_disk(folder: Path, seconds: float) -> bool:
    """Let the system refuse what this process writes to files, logs among them, for a while.

    It refuses with EFBIG, where a disk that is full for everybody would say ENOSPC; both are an
    OSError of the write. Return whether a write was refused.
    """
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    start_later(seconds, resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
    try:
        (folder / f"probe-{os.getpid()}").write_bytes(b"x")
    except OSError:
        return True
    return False


def move_clock(_folder: Path, seconds: float) -> bool:
    """Set the clock of this process, until it ends. Return whether it is another now."""
    before = time.time()
    time_machine.travel(before + seconds, tick=True).start()
    return abs(time.time() - before - seconds) < 1


def make_read_only(_folder: Path, seconds: float) -> bool:
    """Let PostgreSQL refuse what this process writes; then the server ends the connection.

    Return whether a connection is read-only now.
    """
    found = False
    for one in connections.all(initialized_only=True):
        if (line := one.connection) is None:
            continue
        if line.info.transaction_status == TransactionStatus.INTRANS:
            line.execute("SET transaction_read_only = on")
        line.execute("SET default_transaction_read_only = on")
        found = line.execute("SHOW transaction_read_only").fetchone() == ("on",)
        start_later(seconds, end_connection, line.info.backend_pid)
    return found


def end_connection(backend: int) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])


def start_later(seconds: float, act: Callable[..., object], *arguments: object) -> None:
    timer = threading.Timer(seconds, act, arguments)
    timer.daemon = True
    timer.start()


SURROUNDINGS: dict[str, Callable[[Path, float], bool]] = {
    "full": fill_disk,
    "clock": move_clock,
    "readonly": make_read_only,
}
