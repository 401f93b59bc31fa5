"""Start the parts of the program, keep them running, and stop them in order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .listening import is_free, listens_in_session

PR_SET_PDEATHSIG = 1
# Seconds of running after which the count of deaths starts again.
STEADY = 60
LONGEST_PAUSE = 30
# The number of deaths before a first answer after which the start is aborted.
HOPELESS = 3


@dataclass
class Part:
    """A process of the program. `is_up` checks whether it answers."""

    name: str
    command: list[str]
    is_up: Callable[[], bool]
    # Seconds in which it may finish its work when it is asked to stop.
    patience: float = 5
    # Where it listens; another program that listens there is not this part.
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    deaths: int = 0
    not_before: float = 0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def answers(self) -> bool:
        """Whether this part answers, and not another program at its port."""
        return self.is_running and (not self.port or self.has_its_port) and self.is_up()

    @property
    def has_its_port(self) -> bool:
        """Whether the port is this part's own."""
        return self.process is not None and listens_in_session(self.port, self.process.pid)

    @property
    def lost_its_port(self) -> bool:
        """Whether another program has the port."""
        return bool(self.port) and not is_free(self.port) and not self.has_its_port


@dataclass
class Supervisor:
    """The parts, in the order in which they start; `say` writes to the terminal."""

    root: Path
    logs: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    parts: list[Part] = field(default_factory=list)
    is_stopping: bool = False

    def listen_to_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: setattr(self, "is_stopping", True))

    def log_of(self, part: Part) -> Path:
        return self.logs / f"{part.name}.log"

    def start(self, part: Part) -> None:
        """Start a part in its own session, so that Ctrl-C does not reach it directly."""
        if part not in self.parts:
            self.parts.append(part)
            keep_previous(self.log_of(part))
        with self.log_of(part).open("ab") as log:
            part.process = subprocess.Popen(
                part.command,
                cwd=self.root,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Safe: this process has one thread.
                preexec_fn=stop_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        part.started_at = time.monotonic()

    def wait_until_up(self, *parts: Part, seconds: float) -> list[Part]:
        """Wait for the parts to answer; return those that did not, or nothing when stopped."""
        deadline = time.monotonic() + seconds
        waiting = list(parts)
        while waiting and not self.is_stopping and time.monotonic() < deadline:
            self.revive()
            waiting = [part for part in waiting if not part.answers]
            if any(part.deaths >= HOPELESS for part in waiting):
                break
            time.sleep(0.1 if waiting else 0)
        return [] if self.is_stopping else waiting

    def watch(self) -> None:
        """Keep everything running until a stop is requested."""
        while not self.is_stopping:
            self.revive()
            time.sleep(0.2)

    def revive(self) -> None:
        """Start a part that died again, each time after a longer pause."""
        now = time.monotonic()
        for part in self.parts:
            if part.is_running or self.is_stopping:
                continue
            if part.process is not None:
                self.note_death(part, now=now)
            elif now >= part.not_before:
                self.start(part)

    def note_death(self, part: Part, *, now: float) -> None:
        if part.process is None:
            return
        end_session(part.process)
        code = part.process.returncode
        part.deaths = 1 if now - part.started_at > STEADY else part.deaths + 1
        pause = min(LONGEST_PAUSE, 2 ** (part.deaths - 1))
        part.not_before, part.process = now + pause, None
        again = f"starting it again in {pause} s (log: {self.log_of(part)})"
        self.say(f"{part.name} stopped ({reason(code)}); {again}")

    def stop(self) -> None:
        """Stop the last started first: the worker finishes while its broker still answers."""
        self.is_stopping = True
        for part in reversed(self.parts):
            if part.process is not None:
                stop_session(part.process, patience=part.patience)


def keep_previous(log: Path) -> None:
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))


def reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def stop_with_parent() -> None:
    """Have the kernel stop this child when the supervisor is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_session(process: subprocess.Popen[bytes], *, patience: float) -> None:
    """Ask a part to stop; after its patience, kill it and everything it started."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    end_session(process)
    process.wait()


def end_session(process: subprocess.Popen[bytes]) -> None:
    """Kill processes that a part started and left behind: they could keep a port in use."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
