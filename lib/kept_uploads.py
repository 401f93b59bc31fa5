"""Uploads of forms that came back with an error, kept for a day so that they survive it.

They are stored apart, as they were checked. A signed token in the form names the file, what it is
for, and the user; only the same user can use it.
"""

import datetime
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import PurePath

from django import forms
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

FOLDER = "uploads-kept"
SALT = "lib.kept-upload"
KEPT_FOR = datetime.timedelta(days=1)
# Of one user; a further one takes the place of the oldest.
MOST_FILES = 20


@dataclass(frozen=True)
class KeptUpload:
    """An upload that waits for its form: the name that the user gave it, and its place."""

    name: str
    path: str
    token: str

    def content(self) -> "ContentFile[bytes]":
        """Return the checked file, under a new random name."""
        with default_storage.open(self.path) as file:
            ending = PurePath(self.path).suffix
            return ContentFile(file.read(), name=f"{secrets.token_hex(16)}{ending}")

    def forget(self) -> None:
        """Delete the file."""
        default_storage.delete(self.path)


class KeepsUpload(forms.BaseForm):
    """A form mixin: its checked upload survives an error in another field.

    `clean` sets `new_upload` to the checked file and its name, or takes the content of
    `kept_upload`. The view calls `keep_upload` before it shows the form again, and `forget_upload`
    once everything is saved. The page includes ui/kept_upload.html.
    """

    upload_purpose: str
    user_id: int | None = None
    new_upload: "tuple[ContentFile[bytes], str] | None" = None
    kept_upload: KeptUpload | None = None

    def find_kept_upload(self, user_id: int | None) -> None:
        """Take up what an earlier attempt of this user left, unless it is to be removed."""
        self.user_id = user_id
        token = self.data.get(self.add_prefix("kept_upload"), "")
        if not token or user_id is None:
            return
        found = find(token, user_id=user_id, purpose=self.upload_purpose)
        if found and self.data.get(self.add_prefix("removes_kept_upload")):
            found.forget()
        else:
            self.kept_upload = found

    def keep_upload(self) -> None:
        """Keep a new upload, in place of the one that was kept before."""
        if self.new_upload and self.user_id is not None:
            file, name = self.new_upload
            self.forget_upload()
            self.kept_upload = keep(
                file, name=name, user_id=self.user_id, purpose=self.upload_purpose
            )

    def forget_upload(self) -> None:
        """Delete what was kept."""
        if self.kept_upload:
            self.kept_upload.forget()


def keep(file: "ContentFile[bytes]", *, name: str, user_id: int, purpose: str) -> KeptUpload:
    """Store a checked upload for this user."""
    folder = f"{FOLDER}/{user_id}"
    _make_room(folder)
    file.seek(0)
    path = default_storage.save(f"{folder}/{PurePath(file.name or '').name}", file)
    claims = {"path": path, "name": name, "user": user_id, "purpose": purpose}
    return KeptUpload(name, path, signing.dumps(claims, salt=SALT))


def find(token: str, *, user_id: int, purpose: str = "") -> KeptUpload | None:
    """Return the upload of a token; None if it is not of this user, for another purpose or gone."""
    try:
        claims = signing.loads(token, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    is_other = claims["user"] != user_id or (purpose and claims["purpose"] != purpose)
    if is_other or not default_storage.exists(claims["path"]):
        return None
    return KeptUpload(claims["name"], claims["path"], token)


def purge(*, now: datetime.datetime) -> int:
    """Delete what was kept for longer than a day; return how many files."""
    folders = _listed(FOLDER)[0]
    paths = [
        f"{FOLDER}/{user}/{name}" for user in folders for name in _listed(f"{FOLDER}/{user}")[1]
    ]
    old = [path for path, modified in _with_times(paths) if modified < now - KEPT_FOR]
    for path in old:
        default_storage.delete(path)
    return len(old)


def forget_all(*, user_id: int) -> None:
    """Delete everything that was kept for a user."""
    folder = f"{FOLDER}/{user_id}"
    for name in _listed(folder)[1]:
        default_storage.delete(f"{folder}/{name}")


def _make_room(folder: str) -> None:
    found = _with_times([f"{folder}/{name}" for name in _listed(folder)[1]])
    found.sort(key=itemgetter(1))
    for path, _modified in found[: max(0, len(found) - MOST_FILES + 1)]:
        default_storage.delete(path)


def _with_times(paths: Iterable[str]) -> list[tuple[str, datetime.datetime]]:
    """Return each file with when it was stored, without those that another process deleted."""
    found = []
    for path in paths:
        with suppress(FileNotFoundError):
            found.append((path, default_storage.get_modified_time(path)))
    return found


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
