"""A table as a file for a spreadsheet, CSV or XLSX, written while it is read.

No cell can be mistaken for a formula. In CSV an apostrophe is put before a text that begins like
one, and a line break becomes a blank; in XLSX a text is always a text. A spreadsheet whose
separator is another one cuts the lines of a CSV elsewhere: for such readers there is XLSX.
"""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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
_LINE_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NOT_SEEN = re.compile(
    "^[\\s\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+"
)
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
    # False for a form to fill in.
    has_data: bool = True


# Called with each sheet with data that is downloaded, and its kind, before it is read.
downloads: list[Callable[[Sheet, str], object]] = []


def sheet_response(sheet: Sheet, *, kind: str) -> StreamingHttpResponse:
    """Return the sheet as a download; CSV unless `kind` is "xlsx".

    It is written in the language of this moment, although most of it is written later.
    """
    kind = kind if kind in TYPES else "csv"
    if sheet.has_data:
        for tell in downloads:
            tell(sheet, kind)
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
    """Return the text on one line, with an apostrophe if a spreadsheet would calculate it.

    A line break within a text begins a row for a spreadsheet whose separator is another one.
    Blanks and characters that nobody sees do not hide a formula from a spreadsheet.
    """
    line = _LINE_BREAKS.sub(" ", str(text))
    begins = (text.lstrip(" "), _NOT_SEEN.sub("", line, count=1))
    return f"'{line}" if any(one.startswith(DANGEROUS) for one in begins) else line


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
