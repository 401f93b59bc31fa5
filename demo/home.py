"""The folder in which a demo lives: its database, keys, ports, logs and outgoing mail."""

import base64
import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from timechimp_eb.other_versions import is_of_another_version

from .listening import Claims

LOGIN_EMAIL = "sanne@studio-oost.example"
LOGIN_PASSWORD = "demo-demo-demo"
BEHIND_THE_WEB = {"sandbox": 8001, "broker": 6390, "mailbox": 8025}


class InUse(Exception):
    """Another demo is running on this folder."""


@dataclass(frozen=True)
class Home:
    """Paths and stored choices of a demo; they survive restarts."""

    folder: Path

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def books(self) -> Path:
        """The folder in which the sandbox keeps its administration."""
        return self.folder / "eboekhouden"

    @property
    def broker(self) -> Path:
        return self.folder / "broker"

    @property
    def collected(self) -> Path:
        """A folder that stays empty: a demo serves static files from their app folders."""
        return self.folder / "static"

    @property
    def schedule(self) -> Path:
        return self.folder / "beat-schedule"

    @property
    def beat_pid(self) -> Path:
        return self.folder / "beat.pid"

    def beats_since(self, moment: float) -> bool:
        """Return whether beat ticked after a moment of the clock."""
        pulse = self.folder / "beat-pulse"
        return pulse.exists() and pulse.stat().st_mtime >= moment

    @property
    def database(self) -> Path:
        return self.folder / "db.sqlite3"

    def is_of_another_version(self) -> bool:
        """Return whether another version of the program made the database; reading changes no file.

        Raises OSError when the file cannot be read as a database.
        """
        if not self.database.exists():
            return False
        try:
            return is_of_another_version(*self.migrations_and_tables())
        except sqlite3.DatabaseError as error:
            raise OSError(f"{self.database}: {error}") from error

    def migrations_and_tables(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Read the applied migrations and the names of the tables from the database."""
        log = self.database.with_name("db.sqlite3-wal")
        # Without a log to read, `immutable` keeps SQLite from creating files beside the database.
        uri = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
        with closing(sqlite3.connect(f"{self.database.as_uri()}?{uri}", uri=True)) as database:
            tables = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master").fetchall()
            ]
            applied = (
                database.execute("SELECT app, name FROM django_migrations").fetchall()
                if "django_migrations" in tables
                else []
            )
        return applied, tables

    def lay_out(self) -> None:
        """Create the folders, readable by this user only."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.logs, self.mail, self.books, self.broker, self.collected):
            folder.mkdir(exist_ok=True)

    def lock(self) -> IO[str]:
        """Claim the folder until the returned file is closed. Raises InUse."""
        lock_file = (self.folder / "demo.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with lock_file:
                lock_file.seek(0)
                raise InUse(lock_file.read().strip()) from None
        lock_file.truncate(0)
        lock_file.write(str(os.getpid()))
        lock_file.flush()
        return lock_file

    def secret(self, name: str) -> str:
        """Return a key that is made once and then kept; readable by this user only."""
        path = self.folder / name
        if not path.exists() or not path.read_text().strip():
            partial = path.with_suffix(".new")
            partial.touch(mode=0o600)
            partial.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
            partial.replace(path)
        return path.read_text().strip()

    def ports(self, claims: Claims, *, web: int, avoid: Iterable[int] = ()) -> dict[str, int]:
        """Claim a port for each part: the wanted one, else the next. Those behind the web stay."""
        path = self.folder / "ports.json"
        kept = json.loads(path.read_text()) if path.exists() else {}
        before = {**BEHIND_THE_WEB, **kept}
        found: dict[str, int] = {}
        for name, port in {"web": web, **before}.items():
            found[name] = claims.free_port(port, avoid={*avoid, *found.values()})
        path.write_text(json.dumps({name: found[name] for name in BEHIND_THE_WEB}))
        return found
