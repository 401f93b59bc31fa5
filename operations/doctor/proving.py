"""Prove a backup: restore it elsewhere and check what came back. This installation is not touched.

The checks run in a process of their own, whose settings name the copy.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import environ
from django.conf import settings
from django.db import connections

from ..backups import container, postgres
from ..backups.container import Manifest
from ..backups.place import Installation
from ..backups.problems import BackupProblem, of_system
from ..backups.restoring import opens_secrets, restore_into, unknown_migrations
from .findings import Finding, Level

NOT_INHERITED = {"DATABASE_PASSWORD", "REDIS_PASSWORD", "SENTRY_DSN"}


def prove(
    path: Path, *, key: bytes | None, server: str, folder: Path | None
) -> tuple[Manifest, list[Finding]]:
    """Restore the backup into a temporary place, check it, and remove it.

    `server` is the address of a PostgreSQL database on the server to use; by default that of the
    settings. `folder` is where the files go for a while. Raises BackupProblem.
    """
    try:
        manifest = container.verify(path, key)
        with (
            tempfile.TemporaryDirectory(prefix="restore-test-", dir=folder) as home,
            _place(Path(home), manifest, server) as (installation, address),
        ):
            restore_into(installation, path, key=key, manifest=manifest)
            return manifest, [*_about(manifest), *_checked(installation, address, manifest)]
    except OSError as error:
        raise of_system(error, folder or Path(tempfile.gettempdir())) from error


def _about(manifest: Manifest) -> Iterator[Finding]:
    text = f"Made at {manifest.made_at} with {manifest.server}; {manifest.files} files."
    yield Finding(Level.GOOD, "The backup is whole and was restored", text)
    if unknown := unknown_migrations(manifest):
        text = f"This version lacks {unknown[0]}: use version {manifest.program} or newer."
        yield Finding(Level.TROUBLE, "The backup is of another version", text)
    if not opens_secrets(manifest):
        text = "Keep the keys of that time: without them security codes must be typed again."
        yield Finding(Level.TROUBLE, "CREDENTIAL_KEYS are not those of the backup", text)


@contextlib.contextmanager
def _place(home: Path, manifest: Manifest, server: str) -> Iterator[tuple[Installation, str]]:
    """Give an empty installation for the backup, and the address of its database."""
    file = home / "data" / "db.sqlite3"
    empty = Installation(manifest.vendor, home / "data", postgres.Server({}), file)
    if manifest.vendor == "sqlite":
        yield empty, f"sqlite:///{quote(str(file))}"
        return
    with postgres.temporary_database(_server(server)) as copy:
        yield replace(empty, server=copy), copy.address()


def _server(address: str) -> postgres.Server:
    if not address:
        current = Installation.current()
        if current.vendor != "postgresql":
            raise BackupProblem(
                "The backup is of PostgreSQL. Give --server with the address of a database on a"
                " PostgreSQL server where a temporary one may be created."
            )
        return current.server
    parts = environ.Env.db_url_config(address)
    if not parts.get("ENGINE", "").endswith("postgresql"):
        raise BackupProblem("--server must be an address like postgres://user:password@host/name.")
    given = {
        "host": parts["HOST"],
        "port": parts["PORT"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
        "dbname": parts["NAME"],
    }
    return postgres.Server({**given, **parts.get("OPTIONS", {})})


def _checked(installation: Installation, address: str, manifest: Manifest) -> list[Finding]:
    """Run `verify_database` on the copy, in the settings of the product; return its findings."""
    connections.close_all()
    counts = installation.data / "counts.json"
    counts.write_text(json.dumps(manifest.counts))
    # What is given below must not come from a file too, nor a password go into an address twice.
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("_FILE") and name not in NOT_INHERITED
    }
    surroundings = {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "timechimp_eb.settings",
        "PYTHONPATH": os.pathsep.join([str(settings.BASE_DIR), *sys.path]),
        "DATABASE_URL": address,
        "DATA_DIR": str(installation.data),
        "SECRET_KEY": settings.SECRET_KEY,
        "CREDENTIAL_KEYS": ",".join(settings.CREDENTIAL_KEYS),
        # The copy reaches nothing.
        "EMAIL_URL": "memorymail://",
        "REDIS_URL": "memory://",
    }
    command = [sys.executable, "-m", "django", "verify_database", "--json", "--counts", str(counts)]
    done = subprocess.run(
        command,
        env=surroundings,
        cwd=settings.BASE_DIR,
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        return [
            Finding(Level(one["level"]), one["title"], one["text"])
            for one in json.loads(done.stdout)
        ]
    except ValueError:
        wrote = " ".join((done.stderr or done.stdout).split())[-500:]
        raise BackupProblem(f"The copy could not be checked: {wrote}") from None
