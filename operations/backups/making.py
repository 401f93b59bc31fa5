"""Make a backup: the database first, the files after it, then the manifest, then the name.

Files of the program are only added, so those that the copy of the database names are there when
they are copied. The file gets its name when it is whole and was read back.
"""

import contextlib
import datetime
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lib.encryption import cipher

from . import container
from .container import ContainerWriter, Manifest
from .place import Installation
from .problems import BackupProblem, of_system

CANARY = b"canary"
NAME = re.compile(r"hours-(?P<moment>\d{8}T\d{6})Z\.backup")
MOMENT = "%Y%m%dT%H%M%S"
UNFINISHED = ".unfinished-"
LOCK = ".backup-lock"
# Uploads of forms that came back with an error, kept for a day.
LEFT_OUT = "uploads-kept"


@dataclass(frozen=True)
class Backup:
    """A backup that was made and read back."""

    path: Path
    size: int
    manifest: Manifest


def make_backup(target: Path, *, key: bytes | None, program: str, now: datetime.datetime) -> Backup:
    """Make a backup in a folder, or as a new file. Raises BackupProblem; leaves nothing then."""
    path = _path(target, now)
    installation = Installation.current()
    if path.is_relative_to(installation.media):
        raise BackupProblem("A backup must not be in the folder that it copies. Choose another.")
    try:
        with _alone_in(path.parent), _unfinished(path) as (dumped, whole):
            with _new(whole) as file:
                manifest = _write(installation, dumped, file, key=key, program=program, now=now)
            if container.verify(whole, key) != manifest:
                raise BackupProblem("What was written was read back differently. Check the disk.")
            return _named(whole, path, manifest)
    except OSError as error:
        raise of_system(error, path.parent) from error


def moment_of(path: Path) -> datetime.datetime | None:
    """Return when a backup was made, by its name; None for other files."""
    match = NAME.fullmatch(path.name)
    if not match:
        return None
    return datetime.datetime.strptime(match["moment"], MOMENT).replace(tzinfo=datetime.UTC)


def _path(target: Path, now: datetime.datetime) -> Path:
    """Return the path of the backup in a folder that exists. Raises BackupProblem."""
    target = target.expanduser().absolute()
    if target.is_dir():
        moment = now.astimezone(datetime.UTC).strftime(MOMENT)
        target = target / f"hours-{moment}Z.backup"
    if not target.parent.is_dir():
        raise BackupProblem(f"The folder {target.parent} does not exist. Create it first.")
    if target.exists():
        raise BackupProblem(f"{target} exists already. Choose another name.")
    return target.parent.resolve() / target.name


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder; what an interrupted backup left in it is removed."""
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupProblem(f"Another backup is being made in {folder}.") from None
        for left in folder.glob(f"{UNFINISHED}*"):
            left.unlink()
        yield


@contextlib.contextmanager
def _unfinished(path: Path) -> Iterator[tuple[Path, Path]]:
    """Give paths for the database and for the backup; whatever is there is gone at the end."""
    dumped = path.with_name(f"{UNFINISHED}{path.name}.database")
    whole = path.with_name(f"{UNFINISHED}{path.name}")
    try:
        yield dumped, whole
    finally:
        dumped.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)


def _new(path: Path) -> IO[bytes]:
    """Open a new file that only its owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(
    installation: Installation,
    dumped: Path,
    file: IO[bytes],
    *,
    key: bytes | None,
    program: str,
    now: datetime.datetime,
) -> Manifest:
    contents = installation.dump(dumped)
    writer = ContainerWriter(file, key)
    try:
        _fill(writer, dumped, installation)
        manifest = writer.finish(
            made_at=now.isoformat(),
            vendor=installation.vendor,
            server=contents.server,
            program=program,
            migrations=contents.migrations,
            counts=contents.counts,
            canary=cipher().encrypt(CANARY).decode(),
        )
    except BaseException:
        writer.abandon()
        raise
    file.flush()
    os.fsync(file.fileno())
    return manifest


def _fill(writer: ContainerWriter, dumped: Path, installation: Installation) -> None:
    with dumped.open("rb") as database:
        writer.add(container.DATABASE, database, os.fstat(database.fileno()).st_size)
    dumped.unlink()
    for name, path in _files(installation.media):
        # A logo that was replaced meanwhile is gone.
        with contextlib.suppress(FileNotFoundError), path.open("rb") as content:
            writer.add(f"{container.MEDIA}{name}", content, os.fstat(content.fileno()).st_size)


def _files(media: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(media.rglob("*")):
        name = path.relative_to(media)
        if name.parts[0] != LEFT_OUT and path.is_file() and not path.is_symlink():
            yield name.as_posix(), path


def _named(whole: Path, path: Path, manifest: Manifest) -> Backup:
    size = whole.stat().st_size
    whole.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Backup(path, size, manifest)
