"""Dump and restore a PostgreSQL database with its own programs, pg_dump and pg_restore.

The dump and the counts of its manifest come from one snapshot, so that they agree while others
write. PG_BIN names the folder of the programs; without it Debian's folder of the server's version
is tried, and then PATH.
"""

import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg import IsolationLevel, sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from .contents import Contents, read_contents
from .problems import BackupProblem, no_room

VERSION = re.compile(r"\(PostgreSQL\)\s+(\d+)")
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
# What somebody made in a database; what an extension brought does not count.
ANYTHING = """
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
      AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
MOST_LETTERS = 500  # of what a program wrote


class Server:
    """A database on a server, by the parameters of libpq; the password is in no command line."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        known = {option.keyword.decode() for option in Conninfo.get_defaults()}
        given = {name: str(value) for name, value in parameters.items() if name in known and value}
        self._password = given.pop("password", "")
        self._given = given

    def named(self, database: str) -> "Server":
        """Return another database on the same server."""
        return Server({**self._given, "dbname": database, "password": self._password})

    @property
    def database(self) -> str:
        return self._given.get("dbname", "")

    def address(self) -> str:
        """Return the address of the database as DATABASE_URL has it, with the password."""
        others = dict(self._given)
        user, host, port = (others.pop(name, "") for name in ("user", "host", "port"))
        name = others.pop("dbname", "")
        who = quote(user, safe="") + (
            f":{quote(self._password, safe='')}" if self._password else ""
        )
        where = quote(host, safe="") + (f":{port}" if port else "")
        options = f"?{urlencode(others)}" if others else ""
        return f"postgres://{who}@{where}/{quote(name, safe='')}{options}"

    def connect(self, **options: Any) -> "psycopg.Connection[tuple[Any, ...]]":
        """Open a connection. Raises BackupProblem if the server cannot be reached."""
        password = {"password": self._password} if self._password else {}
        try:
            return psycopg.connect(**self._given, **password, connect_timeout=10, **options)  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            raise BackupProblem(f"PostgreSQL cannot be reached: {_first_line(error)}.") from error

    def run(self, program: Path, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on this database. Raises BackupProblem."""
        surroundings = {**os.environ, "LC_ALL": "C"}
        if self._password:
            surroundings["PGPASSWORD"] = self._password
        command = [str(program), "--no-password", f"--dbname={make_conninfo(**self._given)}"]
        done = subprocess.run(
            [*command, *arguments], env=surroundings, check=False, capture_output=True, text=True
        )
        if done.returncode:
            wrote = " ".join(done.stderr.split())[-MOST_LETTERS:] or f"exit code {done.returncode}"
            raise BackupProblem(f"{program.name} failed: {wrote}")


def dump(server: Server, to: Path) -> Contents:
    """Write a dump to the new file `to`, while others read and write; return what it contains."""
    with server.connect() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        version = connection.info.server_version
        program = find_program("pg_dump", version)
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        to.touch(mode=0o600, exist_ok=False)
        try:
            server.run(
                program,
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={to}",
            )
        except BackupProblem as problem:
            if _is_about_room(str(problem)):
                raise no_room(to.parent) from problem
            raise
        return _contents(connection)


def contents(server: Server) -> Contents:
    """Return what a database contains."""
    with server.connect() as connection:
        return _contents(connection)


def restore(server: Server, dumped: Path) -> None:
    """Restore a dump into an empty database: all of it or nothing."""
    with server.connect() as connection:
        program = find_program("pg_restore", connection.info.server_version)
    server.run(
        program,
        *("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"),
        str(dumped),
    )


def is_empty(server: Server) -> bool:
    """Return whether the database has no table, view or sequence."""
    with server.connect() as connection:
        ((count,),) = connection.execute(ANYTHING).fetchall()
        return not count


@contextmanager
def temporary_database(server: Server) -> Iterator[Server]:
    """Create an empty database beside the one of `server`, and drop it at the end."""
    name = f"restore_test_{secrets.token_hex(6)}"
    with server.connect(autocommit=True) as connection:
        try:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            )
        except psycopg.Error as error:
            raise BackupProblem(
                f"No database could be created to restore into: {_first_line(error)}. Give --server"
                " with an address of a PostgreSQL user who may create databases."
            ) from error
        try:
            yield server.named(name)
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def find_program(name: str, server_version: int) -> Path:
    """Return the program that fits the server. Raises BackupProblem if there is none."""
    wanted = server_version // 10_000
    found = [(path, major) for path in _candidates(name, wanted) if (major := _major(path))]
    for path, major in found:
        if major >= wanted:
            return path
    if found:
        path, major = found[0]
        raise BackupProblem(
            f"{path} is of version {major}, and the server of version {wanted}: it must not be"
            f" older. Install postgresql-client-{wanted}, or set PG_BIN to the folder of a newer"
            " one."
        )
    raise BackupProblem(
        f"{name} was not found. Install postgresql-client-{wanted}, or set PG_BIN to the folder"
        " that has it."
    )


def _candidates(name: str, wanted: int) -> list[Path]:
    if settings.PG_BIN:
        return [path for path in [Path(settings.PG_BIN, name)] if path.is_file()]
    of_debian = Path(f"/usr/lib/postgresql/{wanted}/bin", name)
    on_path = shutil.which(name)
    paths = [of_debian, *([Path(on_path)] if on_path else [])]
    return [path for path in paths if path.is_file()]


def _major(program: Path) -> int:
    """Return the major version of a program; 0 if it does not run."""
    try:
        said = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    match = VERSION.search(said.stdout)
    return int(match[1]) if match else 0


def _contents(connection: "psycopg.Connection[tuple[Any, ...]]") -> Contents:
    tables = [name for (name,) in connection.execute(TABLES)]
    if "django_migrations" not in tables:
        raise BackupProblem("The database is not one of this program: it has no migrations.")
    return read_contents(
        lambda query: connection.execute(query.encode()).fetchall(),
        server=f"PostgreSQL {connection.info.server_version // 10_000}",
        tables=tables,
    )


def _is_about_room(text: str) -> bool:
    return any(words in text for words in ("No space left", "File too large", "quota exceeded"))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
