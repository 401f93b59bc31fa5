"""A table as a file for a spreadsheet, CSV or XLSX, written while it is read.

No cell can be mistaken for a formula. In CSV an apostrophe is put before a text that begins like
one, and nothing else is changed; in XLSX a text is always a text. A spreadsheet whose separator is
another one cuts the lines of a CSV elsewhere: for readers with other settings there is XLSX.
"""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override

from .cells import KEPT, ByType
from .xlsx import workbook

Cell = str | Decimal | int | datetime.date | None

# A spreadsheet calculates texts that begin with these; full-width signs count as well.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
PIECE = 32_768  # characters collected before they are sent
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    """A table: column names, and rows that are read once; `name` is the file name."""

    name: str
    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def sheet_response(sheet: Sheet, *, kind: str) -> StreamingHttpResponse:
    """Return the sheet as a download; CSV unless `kind` is "xlsx".

    It is written in the language of this moment, although most of it is written later.
    """
    kind = kind if kind in TYPES else "csv"
    pieces = workbook(sheet.title, sheet.head, sheet.rows) if kind == "xlsx" else csv_pieces(sheet)
    content = _in_language(get_language() or "en", pieces)
    answer = StreamingHttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{sheet.name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def csv_pieces(sheet: Sheet) -> Iterator[bytes]:
    """Yield the file in pieces, with semicolons and decimal commas for Dutch readers."""
    is_dutch = (get_language() or "en").startswith("nl")
    text_by_type = _texts_by_type(is_dutch=is_dutch)
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";" if is_dutch else ",")
    file.write(BYTE_ORDER_MARK)
    writer.writerow([safe(name) for name in sheet.head])
    yield _taken(file)
    for row in sheet.rows:
        writer.writerow([text_by_type[type(cell)](cell) for cell in row])
        if file.tell() > PIECE:
            yield _taken(file)
    if file.tell():
        yield _taken(file)


def _in_language(language: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces, each of them made while this language is active."""
    iterator = iter(pieces)
    while True:
        with override(language):
            piece = next(iterator, None)
        if piece is None:
            return
        yield piece


def _taken(file: io.StringIO) -> bytes:
    """Return what was written since the last call."""
    content = file.getvalue().encode()
    file.seek(0)
    file.truncate()
    return content


def safe(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet would calculate it."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _texts_by_type(*, is_dutch: bool) -> ByType:
    """Return what makes the text of a cell, by the type of its value."""
    return ByType(
        {
            type(None): lambda _none: "",
            Decimal: _with_comma if is_dutch else str,
            int: str,
            datetime.date: lru_cache(KEPT)(datetime.date.isoformat),
            str: lru_cache(KEPT)(safe),
        },
        default=safe,
    )


def _with_comma(amount: Decimal) -> str:
    return str(amount).replace(".", ",")
