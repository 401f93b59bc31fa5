"""What the program is delivered with: the packages of the runtime lock, and files of others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path("requirements.lock")
# With what sends traces besides; it contains the other.
WITH_TRACING = Path("requirements-tracing.lock")
# A name with its version, then whatever marker it has, then its hashes, over several lines.
LOCKED = re.compile(
    r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)([^\n]*)\n((?:    .*\n)*)", re.MULTILINE
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """A package of the lock; `metadata` is None where a marker kept it from being installed."""

    name: str
    version: str
    hashes: tuple[str, ...]
    is_conditional: bool

    @property
    def metadata(self) -> PackageMetadata | None:
        try:
            return metadata(self.name)
        except PackageNotFoundError:
            if self.is_conditional:
                return None
            raise


@dataclass(frozen=True)
class Files:
    """Files of others in the repository; docs/dependencies.md says why they are here."""

    name: str
    version: str
    licence: str
    folders: tuple[str, ...]
    is_delivered: bool = True


FILES = (
    Files("Bootstrap", "5.3.8", "MIT", ("ui/bootstrap", "ui/static/bootstrap")),
    Files("Inter", "4.001", "OFL-1.1", ("ui/fonts", "ui/static/fonts")),
    Files("Lucide", "1.62.0", "ISC", ("ui/lucide",)),
    Files("UBL", "2.1", "LicenseRef-OASIS-IPR", ("tests/schemas/ubl-2.1",), is_delivered=False),
)


def all_packages() -> Iterator[Package]:
    """Return what can be delivered."""
    return packages(WITH_TRACING.read_text("utf-8"))


def packages(text: str | None = None) -> Iterator[Package]:
    """Return what the text of a lock names; that of the runtime lock by default."""
    for name, version, marker, hashes in LOCKED.findall(text or LOCK.read_text("utf-8")):
        yield Package(name, version, tuple(HASH.findall(hashes)), ";" in marker)
