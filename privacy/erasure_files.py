"""Who was erased, in the table and as small files beside it: for after a restore.

A backup has people who were erased after it. Its own list lacks these too, so that each erasure is
also a file, which lies with the receipts and invoices and is not restored with the database.
Neither has a name: the id and the moment of creation find the row, and only in an older backup.
"""

import datetime
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.dateparse import parse_datetime

from .models import Erasure

FOLDER = "erasures"


@dataclass(frozen=True)
class Listed:
    """One erasure, as it is in the table and in its file."""

    kind: str
    organisation_id: int
    row_id: int
    known_since: str
    mark: str
    at: str

    @classmethod
    def of(cls, erasure: Erasure) -> "Listed":
        return cls(
            kind=erasure.kind,
            organisation_id=erasure.organisation_id,
            row_id=erasure.row_id,
            known_since=erasure.known_since.isoformat(),
            mark=erasure.mark,
            at=erasure.at.isoformat(),
        )

    def moment(self, name: str) -> datetime.datetime:
        moment = parse_datetime(getattr(self, name))
        if moment is None:
            raise ValueError(f"{name} of an erasure is no moment")
        return moment


def remember(erasure: Erasure) -> None:
    """Write the file of an erasure, once it is committed."""
    one = Listed.of(erasure)
    content = json.dumps(asdict(one)).encode()
    name = f"{FOLDER}/{one.at[:10]}-{erasure.pk}.json"
    transaction.on_commit(lambda: default_storage.save(name, ContentFile(content)))


def listed() -> set[Listed]:
    """Return every erasure, of the table and of the files."""
    return {*map(Listed.of, Erasure.objects.all()), *_files()}


def _files() -> Iterator[Listed]:
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    for name in names:
        with default_storage.open(f"{FOLDER}/{name}") as file:
            yield Listed(**json.loads(file.read()))
