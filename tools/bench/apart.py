"""Do a piece of work in a process of its own, and measure the memory that it takes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection


def apart(work: Callable[[], Any]) -> Any:
    """Return what `work` returns, as JSON, from a new process with a connection of its own."""
    connection.close()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        report = pipe.read()
    os.waitpid(child, 0)
    if not report:
        raise RuntimeError("the work ended without a report")
    return json.loads(report)


def memory() -> int:
    """Return the bytes that this process holds, and forget its peak."""
    held = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    return held


def peak_memory() -> int:
    """Return the most bytes that this process held since `memory` was called."""
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
