"""Receipts of forms that came back with an error, kept for a day so that they survive it.

They are stored apart from real receipts, as they were checked. A signed token in the form names the
file and the user; only the same user can use it.
"""

import datetime
import secrets
from dataclasses import dataclass
from pathlib import PurePath

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from .receipts import extension_of

FOLDER = "receipts-kept"
SALT = "registrations.kept-receipt"
KEPT_FOR = datetime.timedelta(days=1)
# Of one user; a further one takes the place of the oldest.
MOST_FILES = 20


@dataclass(frozen=True)
class KeptReceipt:
    """A receipt that waits for its form: the name that the user gave it, and its place."""

    name: str
    path: str
    token: str

    def content(self) -> "ContentFile[bytes]":
        """Return the checked file, under a new random name."""
        with default_storage.open(self.path) as file:
            ending = extension_of(self.path)
            return ContentFile(file.read(), name=f"{secrets.token_hex(16)}.{ending}")

    def forget(self) -> None:
        """Delete the file."""
        default_storage.delete(self.path)


def keep(file: "ContentFile[bytes]", *, name: str, user_id: int) -> KeptReceipt:
    """Store a checked receipt for this user."""
    folder = f"{FOLDER}/{user_id}"
    _make_room(folder)
    file.seek(0)
    path = default_storage.save(f"{folder}/{PurePath(file.name or '').name}", file)
    token = signing.dumps({"path": path, "name": name, "user": user_id}, salt=SALT)
    return KeptReceipt(name, path, token)


def find(token: str, *, user_id: int) -> KeptReceipt | None:
    """Return the receipt of a token; None if it is not of this user, too old or gone."""
    try:
        told = signing.loads(token, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    if told["user"] != user_id or not default_storage.exists(told["path"]):
        return None
    return KeptReceipt(told["name"], told["path"], token)


def purge(*, now: datetime.datetime) -> int:
    """Delete what was kept for longer than a day; return how many files."""
    folders = _listed(FOLDER)[0]
    paths = [f"{FOLDER}/{who}/{name}" for who in folders for name in _listed(f"{FOLDER}/{who}")[1]]
    old = [path for path in paths if default_storage.get_modified_time(path) < now - KEPT_FOR]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _make_room(folder: str) -> None:
    paths = [f"{folder}/{name}" for name in _listed(folder)[1]]
    paths.sort(key=default_storage.get_modified_time)
    for path in paths[: max(0, len(paths) - MOST_FILES + 1)]:
        default_storage.delete(path)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
