"""The rows of an upload, kept with their import as they were read: a line of JSON a row."""

import json
import secrets
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import BinaryIO

from django.core.files.base import ContentFile

from accounts.models import Organisation, User
from lib.tables import Cell, Row, Table, read_table

from .columns import guess, known_headings
from .kinds import KINDS
from .models import FileImport


def take(
    file: BinaryIO, *, name: str, kind: str, organisation: Organisation, by: User
) -> FileImport:
    """Read an upload and keep it as a draft. Raises lib.tables.Unreadable with a sentence."""
    chosen = KINDS[kind]()
    table = read_table(file, name=name, known=known_headings(chosen))
    guessed = guess(chosen, table)
    draft = FileImport(
        organisation=organisation,
        kind=kind,
        name=PurePath(name.replace("\\", "/")).name[-150:],
        sheet=table.sheet[:100],
        headings=table.headings,
        heading_row=table.heading_row,
        total=len(table.rows),
        mapping=guessed.mapping,
        looked_at=guessed.certain,
        started_by=by,
    )
    draft.content.save(f"{secrets.token_hex(16)}.jsonl", _written(table), save=False)
    draft.save()
    return draft


def _written(table: Table) -> "ContentFile[bytes]":
    lines = (json.dumps([number, [_as_json(one) for one in row]]) for number, row in table.rows)
    return ContentFile("\n".join(lines).encode())


def _as_json(cell: Cell) -> str | list[str]:
    """A number is a list with its text, so that it is told from a text."""
    return cell if isinstance(cell, str) else [f"{cell:f}"]


def rows_of(file_import: FileImport) -> Iterator[tuple[int, Row]]:
    """Yield the rows of the file with their numbers, in its order."""
    with file_import.content.open("rb") as file:
        for line in file:
            number, cells = json.loads(line)
            yield number, [one if isinstance(one, str) else Decimal(one[0]) for one in cells]


def column(rows: Sequence[tuple[int, Row]], place: int) -> Iterator[Cell]:
    """Yield the filled cells of a column."""
    for _number, cells in rows:
        if place < len(cells) and cells[place] != "":
            yield cells[place]
