"""What is killed, stopped and started again: two workers, the beat, two people."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CELERY = [sys.executable, "-m", "celery", "--app", "timechimp_eb"]


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
        """The pids of its children, of which a worker has two."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        with contextlib.suppress(OSError):
            return [int(pid) for pid in listed.read_text().split()]
        return []


@dataclass
class Group:
    """All parts of one loop, their surroundings, and where they write."""

    environment: Mapping[str, str]
    logs: Path
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, *command: str) -> Part:
        part = Part(name, list(command))
        self.parts.append(part)
        return part

    def start(self, part: Part, **more: Any) -> None:
        with (self.logs / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def revive(self) -> int:
        """Starts again what is gone. Returns how many."""
        gone = [part for part in self.parts if not part.is_running]
        for part in gone:
            end(part)
            self.start(part)
        return len(gone)

    def end(self) -> None:
        for part in self.parts:
            end(part)


def workers_and_beat(group: Group, folder: Path) -> None:
    options = ["--pool", "prefork", "--concurrency", "2", "--loglevel", "INFO"]
    options += ["--without-mingle", "--without-gossip"]
    for name in ("worker-1", "worker-2"):
        group.add(name, *CELERY, "worker", *options, "--hostname", f"{name}@crash")
    # No file with its pid: one that was killed leaves it behind.
    group.add("beat", *CELERY, "beat", "--schedule", str(folder / "beat"), "--pidfile", "")


def end(part: Part) -> None:
    """The process and its children, at once."""
    if part.process is not None:
        send(part, signal.SIGKILL)
        part.process.wait()


def send(part: Part, number: signal.Signals) -> None:
    """A signal for the whole session of the part."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(part.pid, number)


def send_to(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
