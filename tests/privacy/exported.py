"""Exports that a test made: the ZIP, its tables and its files."""

import csv
import io
import json
import zipfile
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from privacy.exports import run_export, start_export
from privacy.models import DataExport, ExportScope


def made(
    by: Membership, scope: ExportScope, *, of: Membership | None = None
) -> tuple[DataExport, "Archive"]:
    """Ask for an export and make it, as a worker does."""
    run = start_export(by.organisation, scope=scope, membership=of, by=by.user, now=timezone.now())
    run_export(run.pk, clock=timezone.now)
    run.refresh_from_db()
    assert run.state == "finished", run.problem
    with run.file.open("rb") as content:
        return run, Archive(content.read())


class Archive:
    """A ZIP in memory."""

    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        assert self.zip.testzip() is None

    @property
    def names(self) -> list[str]:
        return self.zip.namelist()

    @property
    def about(self) -> dict[str, Any]:
        return json.loads(self.zip.read("export.json"))

    @property
    def labels(self) -> set[str]:
        return {name[5:-5] for name in self.names if name.startswith("data/") and "json" in name}

    def rows(self, label: str) -> list[dict[str, Any]]:
        return json.loads(self.zip.read(f"data/{label}.json"))

    def csv(self, label: str) -> list[dict[str, str]]:
        text = self.zip.read(f"data/{label}.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def everything(self) -> bytes:
        """All that is in it, files too, without compression."""
        return b"\n".join(self.zip.read(name) for name in self.names)
