"""The rows of an upload, kept with their import as they were read: a line of JSON a row."""

import json
import secrets
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from lib.tables import Cell, Row, Table, Unreadable, read_table

from .columns import carried, guess, has_all, known_headings
from .kinds import KINDS
from .models import FileImport, FileState
from .remembering import read_with, recognised

# Rows from which columns without a known heading are guessed once more.
GUESSED_FROM = 500


def take(
    file: BinaryIO, *, name: str, kind: str, organisation: Organisation, by: User
) -> FileImport:
    """Read an upload and keep it as a draft. Raises lib.tables.Unreadable with a sentence."""
    draft = FileImport(organisation=organisation, started_by=by)
    _read(draft, file, name=name, kind=kind, sheet="")
    draft.upload.save(_new_name(name), File(_rewound(file)), save=False)
    draft.save()
    return draft


def read_again(
    draft: FileImport,
    *,
    kind: str = "",
    sheet: str = "",
    file: BinaryIO | None = None,
    name: str = "",
) -> None:
    """Read a draft as another kind, from another sheet or from another file.

    What was answered stays: about names, and about columns with the same heading. Corrections of
    cells belong to the rows that are no longer there. Raises lib.tables.Unreadable; then the draft
    is as it was.
    """
    kind = kind or draft.kind
    if file is None and kind == draft.kind and sheet in ("", draft.sheet):
        return
    before, upload = draft.content.name, draft.upload.name
    if file is None and not draft.upload:
        raise Unreadable(_("This file is no longer kept. Choose it again."))
    if file is None:
        with draft.upload.open("rb") as kept:
            _read(
                draft, cast(BinaryIO, kept), name=draft.name, kind=kind, sheet=sheet or draft.sheet
            )
    else:
        _read(draft, file, name=name, kind=kind, sheet=sheet)
        draft.upload.save(_new_name(name), File(_rewound(file)), save=False)
    draft.corrections = {}
    draft.save()
    for old in {before, upload} - {draft.content.name, draft.upload.name}:
        if old:
            _delete_stored(draft.content.storage, old)


def _read(draft: FileImport, file: BinaryIO, *, name: str, kind: str, sheet: str) -> None:
    chosen = KINDS[kind]()
    table = read_table(
        file,
        name=name,
        known=known_headings(chosen),
        sheet=sheet,
        fits=partial(has_all, chosen),
    )
    was = (draft.headings, draft.mapping, draft.looked_at) if draft.kind == kind else ([], [], [])
    guessed = guess(chosen, table)
    draft.kind, draft.name = kind, PurePath(name.replace("\\", "/")).name[-150:]
    draft.sheet, draft.sheets = table.sheet[:100], list(table.sheets)
    draft.headings, draft.heading_row = table.headings, table.heading_row
    draft.total = len(table.rows)
    draft.mapping, draft.looked_at = guessed.mapping, guessed.certain
    if was[0] == table.headings:
        _keep_answers(draft, *was)
    else:
        forget_name(draft)
        _keep_answers(draft, *was)
        if earlier := recognised(draft.organisation, kind, table.headings):
            read_with(draft, earlier)
    with tempfile.TemporaryFile() as written:
        written.writelines(_lines(table))
        written.seek(0)
        draft.content.save(_new_name("rows.jsonl"), File(written), save=False)


def delete_draft(draft: FileImport) -> None:
    """Delete a file that was read and not imported, with all that is stored of it.

    What was started meanwhile stays.
    """
    drafts = FileImport.objects.filter(pk=draft.pk, state=FileState.DRAFT)
    with transaction.atomic():
        if drafts.delete()[0]:
            delete_file(draft.content)
            delete_file(draft.upload)


def delete_file(file: FieldFile) -> None:
    """Delete a stored file once the transaction is committed."""
    if file.name:
        _delete_stored(file.storage, file.name)


def _delete_stored(storage: Storage, name: str) -> None:
    transaction.on_commit(partial(storage.delete, name))


def guess_again(draft: FileImport) -> None:
    """Guess the columns of a draft as if nothing was said about them; saves nothing."""
    some = list(islice(rows_of(draft), GUESSED_FROM))
    table = Table(draft.sheet, draft.heading_row, draft.headings, some)
    guessed = guess(KINDS[draft.kind](), table)
    draft.mapping, draft.looked_at = guessed.mapping, guessed.certain


def forget_name(draft: FileImport) -> None:
    """These columns are not those that were remembered under a name."""
    if draft.read_as and draft.remember_as == draft.read_as.name:
        draft.remember_as = ""
    draft.read_as = None


def _keep_answers(
    draft: FileImport, headings: list[str], mapping: list[str], looked_at: list[int]
) -> None:
    """Let columns that were looked at become what they became before."""
    seen = [headings[place] for place in looked_at]
    chosen = [mapping[place] for place in looked_at]
    for place, field in carried(seen, chosen, draft.headings).items():
        draft.mapping = [
            "" if one == field and field and other != place else one
            for other, one in enumerate(draft.mapping)
        ]
        draft.mapping[place] = field
        draft.looked_at = sorted({*draft.looked_at, place})


def _new_name(name: str) -> str:
    return secrets.token_hex(16) + PurePath(name).suffix[:10].lower()


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _lines(table: Table) -> Iterator[bytes]:
    for number, row in table.rows:
        yield json.dumps([number, [_as_json(one) for one in row]]).encode() + b"\n"


def _as_json(cell: Cell) -> str | list[str]:
    """A number is a list with its text, so that it is told from a text."""
    return cell if isinstance(cell, str) else [f"{cell:f}"]


def rows_of(file_import: FileImport) -> Iterator[tuple[int, Row]]:
    """Yield the rows of the file with their numbers, in its order."""
    with file_import.content.open("rb") as file:
        for line in file:
            number, cells = json.loads(line)
            yield number, [one if isinstance(one, str) else Decimal(one[0]) for one in cells]


def corrected_rows(file_import: FileImport) -> Iterator[tuple[int, Row]]:
    """Yield the rows of the file with the cells that were corrected."""
    places = {name: place for place, name in enumerate(file_import.mapping) if name}
    for number, read in rows_of(file_import):
        cells = list(read)
        for name, text in file_import.corrections.get(str(number), {}).items():
            if name in places:
                cells.extend([""] * (places[name] + 1 - len(cells)))
                cells[places[name]] = text
        yield number, cells
