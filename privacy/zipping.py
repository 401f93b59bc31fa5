"""Write an export: each table as JSON and as CSV, its files, and what all of it is, in one ZIP.

Rows are read in portions by ascending id and written at once, so that an agency with a million
hours needs no more memory than one with ten, and no transaction stays open.
"""

import csv
import datetime
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import IO, Any

from django.core.files.storage import Storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from lib.spreadsheets import BYTE_ORDER_MARK, safe

from .models import DataExport, ExportScope
from .tables import TABLES, Table, exported_fields, file_fields, model_of

FORMAT = 1
PORTION = 2_000  # rows read at a time
# Kinds of files that are compressed already.
COMPRESSED = {".pdf", ".png", ".jpg", ".jpeg", ".zip", ".xlsx"}

Progress = Callable[[int], None]


@dataclass
class Written:
    """What was written: rows by table, and the files that could not be read."""

    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.rows.values())


def tables_of(export: DataExport) -> dict[str, "models.QuerySet[Any]"]:
    """Return the rows to export of each table, by its label."""
    found = {}
    for label, table in TABLES.items():
        if (owner := _owner(table, export)) is not None:
            rows = model_of(label)._default_manager.filter(**owner)
            found[label] = rows.order_by("pk")
    return found


def _owner(table: Table, export: DataExport) -> dict[str, Any] | None:
    """Return the filter on whose rows they are; None if the table has none of them."""
    path: str
    owner: int | None
    if export.scope == ExportScope.ORGANISATION:
        path, owner = table.organisation, export.organisation_id
    elif export.scope == ExportScope.OWN and table.user:
        member = export.membership
        return {table.user: member.user_id if member else None}
    else:
        path, owner = table.member, export.membership_id
    return {path: owner, **table.only} if path else None


def count_rows(export: DataExport) -> int:
    return sum(rows.count() for rows in tables_of(export).values())


def write_zip(export: DataExport, out: IO[bytes], *, progress: Progress, made_at: str) -> Written:
    """Write the whole export. `progress` is called with the rows so far, after each portion."""
    written = Written()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for label, rows in tables_of(export).items():
            _Columns(export, label).write(archive, rows, written, progress=progress)
        for label, rows in tables_of(export).items():
            for name in file_fields(label):
                _write_files(archive, label, rows, name, written, progress=progress)
        about = json.dumps(_about(export, written, made_at), ensure_ascii=False, indent=1)
        archive.writestr("export.json", about)
    return written


# --- Tables ---------------------------------------------------------------------------------------


class _Columns:
    """The columns of one table in an export."""

    def __init__(self, export: DataExport, label: str) -> None:
        self.label = label
        self.fields = exported_fields(label, **_reader(export))
        self.names = list(TABLES[label].names)
        self.files = set(file_fields(label))

    @property
    def head(self) -> list[str]:
        return [*self.fields, *(name.replace("__", "_") for name in self.names)]

    def write(
        self,
        archive: zipfile.ZipFile,
        rows: "models.QuerySet[Any]",
        written: Written,
        *,
        progress: Progress,
    ) -> None:
        """Write the table twice, from one reading: as JSON, and as CSV by a temporary file."""
        count, before = 0, written.count
        with tempfile.TemporaryFile() as table:
            text = io.TextIOWrapper(table, encoding="utf-8", newline="")
            text.write(BYTE_ORDER_MARK)
            as_csv = csv.writer(text)
            as_csv.writerow(self.head)
            with archive.open(f"data/{self.label}.json", "w", force_zip64=True) as as_json:
                as_json.write(b"[")
                for portion in portions(rows, [*self.fields, *self.names]):
                    for row in portion:
                        cells = self._cells(row)
                        record = dict(zip(self.head, cells, strict=True))
                        as_json.write(b",\n" if count else b"\n")
                        as_json.write(_json(record).encode())
                        as_csv.writerow([_cell(one) for one in cells])
                        count += 1
                    progress(before + count)
                as_json.write(b"\n]\n")
            text.flush()
            table.seek(0)
            with archive.open(f"data/{self.label}.csv", "w", force_zip64=True) as copy:
                shutil.copyfileobj(table, copy)
            text.detach()
        written.rows[self.label] = count

    def _cells(self, row: tuple[Any, ...]) -> list[Any]:
        """Return the values; a file is named by its place in the ZIP."""
        pk, *values = row
        return [
            file_path(self.label, pk, value) if name in self.files and value else value
            for name, value in zip([*self.fields, *self.names], values, strict=True)
        ]


def portions(rows: "models.QuerySet[Any]", fields: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows in portions, each with its id first, by ascending id."""
    last: Any = None
    while True:
        left = rows if last is None else rows.filter(pk__gt=last)
        portion = list(left.values_list("pk", *fields)[:PORTION])
        if portion:
            yield portion
        if len(portion) < PORTION:
            return
        last = portion[-1][0]


def _reader(export: DataExport) -> dict[str, bool]:
    return {
        "is_person": export.scope != ExportScope.ORGANISATION,
        "is_own": export.scope == ExportScope.OWN,
    }


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case str():
            return safe(value)
    return safe(_json(value))


# --- Files ----------------------------------------------------------------------------------------


def file_path(label: str, pk: Any, name: str) -> str:
    """Return where a file is in the ZIP."""
    return f"files/{label}/{pk}-{PurePath(name).name}"


def _write_files(
    archive: zipfile.ZipFile,
    label: str,
    rows: "models.QuerySet[Any]",
    name: str,
    written: Written,
    *,
    progress: Progress,
) -> None:
    column = model_of(label)._meta.get_field(name)
    storage = getattr(column, "storage")  # noqa: B009 - fields in general have none
    for portion in portions(rows.exclude(**{name: ""}), [name]):
        for pk, stored in portion:
            if _copy(archive, storage, str(stored), file_path(label, pk, stored)):
                written.files[label] = written.files.get(label, 0) + 1
            else:
                written.missing.append(file_path(label, pk, stored))
            progress(written.count)


def _copy(archive: zipfile.ZipFile, storage: Storage, stored: str, path: str) -> bool:
    """Copy a file into the ZIP; False if it cannot be read."""
    try:
        source = storage.open(stored, "rb")
    except OSError:
        return False
    entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
    is_small = PurePath(path).suffix.lower() in COMPRESSED
    entry.compress_type = zipfile.ZIP_STORED if is_small else zipfile.ZIP_DEFLATED
    with source, archive.open(entry, "w", force_zip64=True) as copy:
        shutil.copyfileobj(source, copy)
    return True


# --- What it is -----------------------------------------------------------------------------------


def _about(export: DataExport, written: Written, made_at: str) -> dict[str, Any]:
    """Return the content of export.json: whose data it is, and each column of each table."""
    return {
        "format": FORMAT,
        "made_at": made_at,
        "scope": export.scope,
        "organisation": export.organisation.name,
        "person": str(export.membership) if export.membership else None,
        "tables": [_described(export, label, written) for label in written.rows],
        "missing_files": written.missing,
    }


def _described(export: DataExport, label: str, written: Written) -> dict[str, Any]:
    reader, model = _reader(export), model_of(label)
    hidden = dict(TABLES[label].left_out)
    columns = {one.attname: one for one in model._meta.concrete_fields}
    return {
        "name": label,
        "description": (model.__doc__ or "").split("\n\n")[0].strip(),
        "rows": written.rows[label],
        "files": written.files.get(label, 0),
        "columns": [
            {"name": name, **_kind(columns[name])} for name in exported_fields(label, **reader)
        ]
        + [{"name": one.replace("__", "_"), "type": "text"} for one in TABLES[label].names],
        "left_out": hidden,
    }


def _kind(column: Any) -> dict[str, str]:
    """Return the type of a column, and for a reference the table that it refers to."""
    if column.is_relation:
        return {"type": "reference", "table": column.related_model._meta.label}
    for kind, name in TYPES:
        if isinstance(column, kind):
            return {"type": name}
    return {"type": "text"}


TYPES: tuple[tuple[type[Any], str], ...] = (
    (models.FileField, "file"),
    (models.BooleanField, "boolean"),
    (models.DecimalField, "decimal"),
    (models.IntegerField, "integer"),
    (models.DateTimeField, "moment"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.JSONField, "json"),
)
