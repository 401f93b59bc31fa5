"""The file of a backup: a tar with the database, the files, and last the manifest.

The manifest names every other member with its size and SHA-256. It comes last, so that a file
that was cut off has none. With a key the whole tar is encrypted (lib/sealed_stream.py).
"""

import contextlib
import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Self, cast

from lib.sealed_stream import NotReadable, OpeningReader, SealingWriter, is_sealed

from .problems import BackupProblem

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
MEDIA = "media/"
MOST_MANIFEST_BYTES = 500_000_000
SPOILT = "The file is damaged: {reason}. Use another backup."


@dataclass(frozen=True)
class Member:
    """A file inside the backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup contains. `counts` are rows by table, in the same snapshot as the database."""

    made_at: str
    vendor: str
    server: str
    program: str
    migrations: list[list[str]]
    counts: dict[str, int]
    # Encrypted under CREDENTIAL_KEYS of that time.
    canary: str
    members: list[Member] = field(default_factory=list)
    format: int = FORMAT

    @property
    def files(self) -> int:
        """The number of files besides the database."""
        return sum(member.name != DATABASE for member in self.members)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read what `to_json` wrote. Raises BackupProblem for another format."""
        try:
            stored: dict[str, Any] = json.loads(text)
            members = [Member(**member) for member in stored.pop("members")]
            manifest = cls(**stored, members=members)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupProblem(SPOILT.format(reason="its manifest cannot be read")) from error
        if manifest.format != FORMAT:
            raise BackupProblem(
                f"The backup has format {manifest.format}, and this version reads {FORMAT}."
                " Restore it with the version that made it."
            )
        return manifest


class Hashing:
    """A file that is read through, with the SHA-256 of what was read."""

    def __init__(self, below: IO[bytes]) -> None:
        self._below, self._hash = below, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._below.read(size)
        self._hash.update(content)
        return content

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class ContainerWriter:
    """A backup that is being written to an open file; not whole before `finish`."""

    def __init__(self, file: IO[bytes], key: bytes | None) -> None:
        self._sealing = SealingWriter(file, key) if key else None
        target = cast("IO[bytes]", self._sealing or file)
        self._tar = tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._members: list[Member] = []

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add `size` bytes of an open file. Raises OSError if it has fewer."""
        info = tarfile.TarInfo(name)
        info.size = size
        hashing = Hashing(content)
        self._tar.addfile(info, cast("IO[bytes]", hashing))
        self._members.append(Member(name, size, hashing.hexdigest()))

    def abandon(self) -> None:
        """Write nothing more: without this the collector would try to end the tar later."""
        cast(Any, self._tar.fileobj).closed = True

    def finish(self, **facts: Any) -> Manifest:
        """Write the manifest and the end; return the manifest."""
        manifest = Manifest(**facts, members=self._members)
        text = manifest.to_json()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(text)
        self._tar.addfile(info, BytesIO(text))
        self._tar.close()
        if self._sealing:
            self._sealing.close()
        return manifest


def verify(path: Path, key: bytes | None) -> Manifest:
    """Read the whole backup and compare it with its manifest. Raises BackupProblem."""
    with _reading_problems():
        manifest, found = _read_through(path, key)
    if manifest is None:
        raise BackupProblem(SPOILT.format(reason="its end is missing"))
    _compare(manifest.members, found)
    return manifest


def _read_through(path: Path, key: bytes | None) -> tuple[Manifest | None, list[Member]]:
    found: list[Member] = []
    manifest: Manifest | None = None
    for name, size, content in _members(path, key):
        if manifest:
            raise BackupProblem(SPOILT.format(reason="something follows its manifest"))
        if name == MANIFEST:
            if size > MOST_MANIFEST_BYTES:
                raise BackupProblem(SPOILT.format(reason="its manifest is too large"))
            manifest = Manifest.from_json(content.read())
        else:
            found.append(Member(name, size, _sha256(content)))
    return manifest, found


def extract(path: Path, key: bytes | None, targets: Mapping[str, Path]) -> None:
    """Write members to files: `targets` has a path for a name, or for what names begin with.

    The backup must have been verified. No member is written outside its target.
    """
    with _reading_problems():
        for name, _size, content in _members(path, key):
            target = _target(name, targets)
            if target is None:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                shutil.copyfileobj(content, file, 1024 * 1024)


def _target(name: str, targets: Mapping[str, Path]) -> Path | None:
    if name in targets:
        return targets[name]
    for beginning, folder in targets.items():
        if beginning.endswith("/") and name.startswith(beginning):
            path = (folder / name.removeprefix(beginning)).resolve()
            if not path.is_relative_to(folder.resolve()):
                raise BackupProblem(SPOILT.format(reason=f"it has a file named {name}"))
            return path
    return None


def _members(path: Path, key: bytes | None) -> Iterator[tuple[str, int, IO[bytes]]]:
    with path.open("rb") as file:
        source = _opened(file, key)
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for info in tar:
                content = tar.extractfile(info)
                if content is None:
                    raise BackupProblem(SPOILT.format(reason=f"{info.name} is not a file"))
                yield info.name, info.size, content
        # The end of the stream too, which an encrypted one proves.
        while source.read(1024 * 1024):
            pass


def _opened(file: IO[bytes], key: bytes | None) -> IO[bytes]:
    sealed = is_sealed(file.read(32))
    file.seek(0)
    if sealed and key is None:
        raise BackupProblem("The backup is encrypted: set BACKUP_KEY_FILE to the file of its key.")
    return cast("IO[bytes]", OpeningReader(file, key)) if sealed and key else file


@contextlib.contextmanager
def _reading_problems() -> Iterator[None]:
    try:
        yield
    except NotReadable:
        raise BackupProblem(
            "The backup cannot be decrypted: the key is not the one it was made with, or the file"
            " was changed or cut off."
        ) from None
    except (tarfile.TarError, EOFError) as error:
        raise BackupProblem(SPOILT.format(reason="it is not a whole backup")) from error


def _sha256(content: IO[bytes]) -> str:
    hashing = hashlib.sha256()
    while piece := content.read(1024 * 1024):
        hashing.update(piece)
    return hashing.hexdigest()


def _compare(wanted: list[Member], found: list[Member]) -> None:
    by_name = {member.name: member for member in found}
    if len(by_name) != len(found) or by_name.keys() != {member.name for member in wanted}:
        raise BackupProblem(SPOILT.format(reason="its files are not those of its manifest"))
    for member in wanted:
        if by_name[member.name] != member:
            raise BackupProblem(SPOILT.format(reason=f"{member.name} is not what it was"))
