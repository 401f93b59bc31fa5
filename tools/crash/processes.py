"""The processes that are killed and restarted: two workers, the beat, the web server, people."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CELERY = [sys.executable, "-m", "celery", "--app", "timechimp_eb"]
WORKERS = ("worker-1", "worker-2")
WEB = "web"


@dataclass
class Part:
    """A process with its children, in a session of its own."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def children(self) -> list[int]:
        """Return the pids of its children."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        with contextlib.suppress(OSError):
            return [int(pid) for pid in listed.read_text().split()]
        return []


@dataclass
class Group:
    """All parts of one loop, their environment, and the folder of their logs."""

    environment: Mapping[str, str]
    logs: Path
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, *command: str) -> Part:
        part = Part(name, list(command))
        self.parts.append(part)
        return part

    def start(self, part: Part, *, standard_input: bytes = b"") -> None:
        """Start a part; `given` is its standard input."""
        with (self.logs / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                env=dict(self.environment),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        assert part.process.stdin
        part.process.stdin.write(standard_input)
        part.process.stdin.close()

    def revive(self) -> int:
        """Start parts that ended again. Return how many."""
        ended = [part for part in self.parts if not part.is_running]
        for part in ended:
            end(part)
            self.start(part)
        return len(ended)

    def end(self) -> None:
        for part in self.parts:
            end(part)


def program(group: Group, folder: Path, port: int) -> None:
    """Add two workers of five processes, a beat, and a web server of two."""
    options = ["--pool", "prefork", "--concurrency", "5", "--loglevel", "INFO"]
    options += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    for name in WORKERS:
        group.add(name, *CELERY, "worker", *options, "--hostname", f"{name}@crash")
    # No pid file: a killed beat would leave it behind.
    group.add("beat", *CELERY, "beat", "--schedule", str(folder / "beat"), "--pidfile", "")
    # Loaded before forking, so that a process is replaced at once.
    options = ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--preload"]
    options += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"]
    group.add(WEB, sys.executable, "-m", "gunicorn", "tools.crash.wsgi", *options)


class Forker:
    """The process that forks people (tools/crash/forking.py)."""

    def __init__(self, group: Group) -> None:
        with (group.logs / "forker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.crash.forking"],
                env=dict(group.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    def do(self, action: str, *arguments: object, log: Path | None = None) -> Any:
        """Return the answer: the result, or the pid of the process that carries the action out."""
        order = {"do": action, "with": arguments} | ({"log": str(log)} if log else {})
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict) and "mistake" in answer:
            raise RuntimeError(answer["mistake"])
        return answer

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def is_alive(pid: int) -> bool:
    """Return whether the process exists and is no zombie."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def end(part: Part) -> None:
    """Kill the process and its children."""
    if part.process is not None:
        send(part, signal.SIGKILL)
        part.process.wait()


def send(part: Part, number: signal.Signals) -> None:
    """Send a signal to the whole session of a part."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(part.pid, number)


def send_to(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
