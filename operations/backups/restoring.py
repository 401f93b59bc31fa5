"""Restore a backup into an empty database and an empty folder."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.db.migrations.loader import MigrationLoader

from lib.encryption import cipher

from . import container, postgres, sqlite
from .container import Manifest
from .contents import Contents
from .place import VENDORS, Installation
from .problems import BackupProblem, of_system

UNFINISHED = ".restoring"
# What processes of an installation without data leave in DATA_DIR.
NO_DATA = {"lost+found", "beat-pulse", UNFINISHED}
SCHEDULE = "beat-schedule"
Say = Callable[[str], object]


@dataclass(frozen=True)
class Restored:
    """A backup that was restored, and the files of an earlier database that were in its way."""

    manifest: Manifest
    removed: list[str]


def restore(path: Path, *, key: bytes | None, say: Say) -> Restored:
    """Restore into the installation of the settings. Raises BackupProblem and changes nothing.

    The backup is verified first. The database and DATA_DIR must be empty.
    """
    installation = Installation.current()
    try:
        manifest = _verified(path, key, installation.vendor)
        _refuse_data(installation)
        say(f"The backup of {manifest.made_at} is whole: {manifest.files} files. Restoring …")
        return Restored(manifest, restore_into(installation, path, key=key, manifest=manifest))
    except OSError as error:
        raise of_system(error, installation.data) from error


def restore_into(
    installation: Installation, path: Path, *, key: bytes | None, manifest: Manifest
) -> list[str]:
    """Restore a verified backup into an empty installation; return stale files that it removed.

    Raises BackupProblem if the rows are not as many as the manifest says. The files get their
    place last, so that a restore that failed can be tried again.
    """
    waiting = installation.data / UNFINISHED
    shutil.rmtree(waiting, ignore_errors=True)
    try:
        (waiting / "media").mkdir(parents=True)
        dumped = waiting / container.DATABASE
        targets = {container.DATABASE: dumped, container.MEDIA: waiting / "media"}
        container.extract(path, key, targets)
        removed = _put_database(installation, dumped, manifest)
        (waiting / "media").rename(installation.media)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return removed


def _put_database(installation: Installation, dumped: Path, manifest: Manifest) -> list[str]:
    if installation.vendor == "postgresql":
        postgres.restore(installation.server, dumped)
        _compare(manifest, postgres.contents(installation.server))
        return []
    _compare(manifest, sqlite.check(dumped))
    return sqlite.put_in_place(dumped, installation.file)


def opens_secrets(manifest: Manifest) -> bool:
    """Return whether CREDENTIAL_KEYS decrypt what was stored when the backup was made."""
    try:
        cipher().decrypt(manifest.canary.encode())
    except InvalidToken:
        return False
    return True


def unknown_migrations(manifest: Manifest) -> list[str]:
    """Return the applied migrations that this version of the program does not have."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    ours = {app for app, _name in known}
    return [
        f"{app} {name}"
        for app, name in manifest.migrations
        if app in ours and (app, name) not in known
    ]


def _verified(path: Path, key: bytes | None, vendor: str) -> Manifest:
    manifest = container.verify(path, key)
    if manifest.vendor != vendor:
        raise BackupProblem(
            f"The backup is of {VENDORS.get(manifest.vendor, manifest.vendor)}, and DATABASE_URL"
            f" names {VENDORS[vendor]}. Set DATABASE_URL to an empty database of the same kind."
        )
    if unknown := unknown_migrations(manifest):
        raise BackupProblem(
            f"The backup was made by another version of the program (it has {unknown[0]})."
            f" Install version {manifest.program} or a newer one."
        )
    return manifest


def _refuse_data(installation: Installation) -> None:
    if not installation.has_empty_database():
        raise BackupProblem(
            "The database is not empty, and nothing was changed. Restore into a new one: set"
            " DATABASE_URL to an empty database."
        )
    allowed = {installation.file.name, *(installation.file.name + end for end in sqlite.BESIDE)}
    allowed = NO_DATA | (allowed if installation.file.parent == installation.data else set())
    folder = installation.data
    there = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    data = [name for name in there if name not in allowed and not name.startswith(SCHEDULE)]
    if data:
        raise BackupProblem(
            f"{folder} is not empty ({', '.join(data[:3])}), and nothing was changed. Move what is"
            " in it, or set DATA_DIR to an empty folder."
        )


def _compare(manifest: Manifest, found: Contents) -> None:
    for table, count in manifest.counts.items():
        if found.counts.get(table) != count:
            raise BackupProblem(
                f"{table} has {found.counts.get(table, 'no')} rows, and the backup says {count}."
                " Use another backup."
            )
