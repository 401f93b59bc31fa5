"""Runs a service of docker-compose.yml as a process: its command, its environment, its secrets."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .compose import ROOT, compose

BIN = Path(sys.executable).parent
SITE = "hours.example.com"
MINUTES = 180


@dataclass(frozen=True)
class Installation:
    """The servers of this machine in the place of the containers, and folders for the volumes."""

    secrets: Path
    data: Path
    database_port: int
    broker_port: int

    def here(self, text: str) -> str:
        """The names and folders of the containers, as they are on this machine."""
        for there, here in (
            ("@postgres:5432", f"@127.0.0.1:{self.database_port}"),
            ("@redis:6379", f"@127.0.0.1:{self.broker_port}"),
            ("/run/secrets", str(self.secrets)),
            ("/backups", str(self.data / "backups")),
            ("/data", str(self.data)),
        ):
            text = text.replace(there, here)
        return text

    def environment(self, name: str, **changed: str) -> dict[str, str]:
        """What the compose file gives the service, and nothing of this machine but its programs."""
        given = compose(SITE_NAME=SITE)["services"][name]["environment"]
        set_there = {key: self.here(value) for key, value in given.items() if value is not None}
        return {"PATH": f"{BIN}:{os.environ['PATH']}", **set_there, **changed}

    def command(self, name: str, **replaced: str) -> list[str]:
        words = [self.here(word) for word in compose(SITE_NAME=SITE)["services"][name]["command"]]
        words = [replaced.get(word, word) for word in words]
        return [str(BIN / words[0]), *words[1:]]

    def run(self, name: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a service that ends by itself."""
        return subprocess.run(
            self.command(name),
            cwd=ROOT,
            env=self.environment(name, **changed),
            capture_output=True,
            text=True,
            check=False,
            timeout=MINUTES,
        )

    @contextlib.contextmanager
    def running(
        self, name: str, replaced: dict[str, str] | None = None, **changed: str
    ) -> Iterator["Running"]:
        """Run a service that stays; it is ended, politely and then at once."""
        log = Path(tempfile.mkdtemp(dir=self.data)) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(name, **(replaced or {})),
                cwd=ROOT,
                env=self.environment(name, **changed),
                stdout=output,
                stderr=output,
            )
        try:
            yield Running(process, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    log: Path

    def text(self) -> str:
        return self.log.read_text(errors="replace")
