"""PostgreSQL, Valkey and the sandbox for the loop, each a process of its own on 127.0.0.1."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from tests.plugins.servers import (
    INITIAL,
    NOBODY,
    postgres_programs,
    unused_port,
    wait_for,
    within_reach_of_nobody,
)

# No power cut is tested, so commits need not wait for the disk.
OPTIONS = ["-F", "-c", "synchronous_commit=on", "-c", "max_connections=100"]
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Postgres:
    """A PostgreSQL that can be stopped without any warning and started again."""

    def __init__(self, home: Path, log: Path) -> None:
        self.user = NOBODY if os.geteuid() == 0 else None
        self.home, self.log, self.port = home, log, unused_port()
        self.programs = within_reach_of_nobody(home) if self.user else postgres_programs()
        self.address = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        init = [self.programs / "initdb", "-D", home / "data", "-U", "postgres", *INITIAL]
        subprocess.run(init, check=True, user=self.user, capture_output=True)
        self.start()

    def start(self) -> None:
        place = ["-D", self.home / "data", "-h", "127.0.0.1", "-p", str(self.port), "-k", self.home]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [self.programs / "postgres", *place, *OPTIONS],
                user=self.user,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for(self.address, self.process, self.log)

    def stop(self) -> None:
        """Stop immediately, without a checkpoint; the next start recovers what was committed."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def set_read_only(self, *, value: bool) -> None:
        """Refuse all writes from the next transaction of everybody on, or accept them again."""
        statement = f"ALTER SYSTEM SET default_transaction_read_only = {'on' if value else 'off'}"
        with psycopg.connect(self.address, autocommit=True) as database:
            database.execute(statement)
            database.execute("SELECT pg_reload_conf()")


class Sandbox:
    """The sandbox in a process of its own, controlled through its control API."""

    def __init__(self, folder: Path, log: Path) -> None:
        port = unused_port()
        command = [sys.executable, "-m", "sandbox", "--json"]
        command += ["--books", str(folder), "--port", str(port)]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        assert self.process.stdout
        self.facts = json.loads(self.process.stdout.readline())
        self.control = f"http://127.0.0.1:{port}/control/"

    def ask(self, path: str, content: object = None, *, method: str = "") -> Any:
        data = None if content is None else json.dumps(content).encode()
        method = method or ("POST" if data else "GET")
        request = urllib.request.Request(self.control + path, data=data, method=method)
        with OPENER.open(request, timeout=20) as answer:
            return json.loads(answer.read())

    def begin(self, *, seed: int, is_unique: bool, **switches: object) -> None:
        """Empty the books; allow any number of calls, and duplicate numbers unless `is_unique`."""
        self.ask("reset", {})
        self.ask("faults/seed", {"seed": seed})
        names = ("unique_invoice", "unique_mutation", "unique_relation")
        quota = {"daily_quota": 10**6, "monthly_quota": 10**6}
        self.ask("switches", {**dict.fromkeys(names, is_unique), **quota, **switches})

    def add_faults(self, faults: list[dict[str, Any]]) -> None:
        for fault in faults:
            self.ask("faults", fault)

    def clear_faults(self) -> None:
        self.ask("faults", method="DELETE")

    def secrets(self) -> list[str]:
        return [str(self.facts[name]) for name in ("security_code_1", "security_code_2")]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def remove(folder: Path) -> None:
    for _ in range(3):
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)
            return
        time.sleep(0.2)
