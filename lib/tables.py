"""Read a table from an uploaded file: CSV in the encodings of spreadsheets, or XLSX.

A text stays a text: a formula in a CSV is never calculated, and of a formula in a workbook its last
result is read. A number or a day of a workbook keeps its type, so that nothing of it is ambiguous.
"""

import csv
import datetime
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from .spreadsheets import DANGEROUS
from .text import clean_text

# A cell is a text, a number or nothing. Days and times are texts in their international notation.
Cell = str | Decimal
Row = list[Cell]

MOST_BYTES = 20 * 2**20
MOST_UNPACKED = 300 * 2**20  # of a workbook, which is compressed
MOST_ROWS = 50_000
MOST_COLUMNS = 100
LONGEST_CELL = 10_000  # characters
DELIMITERS = (";", ",", "\t")
LOOKED_AT = 20  # rows, to find the delimiter
HEADINGS_WITHIN = 10  # rows: a title may stand above the headings
FIRST_ROWS = 100  # of a sheet, in which its headings are looked for
ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Unreadable(ValueError):
    """Why the file cannot be read, as a sentence with what to do."""


@dataclass(frozen=True)
class Table:
    """The rows of a file with at least one filled cell, each with its number in the file.

    `sheet` is the name of the sheet of a workbook; empty for a CSV. `sheets` are the names of all
    sheets that have rows under headings.
    """

    sheet: str
    heading_row: int
    headings: list[str]
    rows: list[tuple[int, Row]]
    sheets: tuple[str, ...] = ()


# Whether the headings of a sheet are all that is needed.
Fits = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class _Head:
    """A sheet with rows: its headings, and how many of them are known."""

    sheet: str
    headings: list[str]
    known: int


def read_table(
    file: BinaryIO,
    *,
    name: str,
    known: Iterable[str] = (),
    sheet: str = "",
    fits: Fits | None = None,
) -> Table:
    """Return the table of an upload. Raises Unreadable.

    `known` are headings in lower case: they tell where the headings are. Of a workbook, `sheet` is
    read. If it is not there, it is the first sheet whose headings `fits` accepts, else the one with
    the most known headings.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        sentence = _("This file is larger than %(size)d MB. Divide it into several files.")
        raise Unreadable(sentence % {"size": MOST_BYTES // 2**20})
    if not content.strip(b"\0\t\r\n "):
        raise Unreadable(_("This file is empty. Choose another one."))
    known = frozenset(known)
    if content.startswith(ZIP):
        return _of_workbook(content, known, sheet=sheet, fits=fits)
    if content.startswith(OLD_WORKBOOK) or name.lower().endswith((".xls", ".ods", ".pdf")):
        raise Unreadable(_("Save the file as XLSX or CSV in your spreadsheet, and choose that."))
    return _table("", list(_csv_rows(content)), known)


# --- Workbooks ------------------------------------------------------------------------------------


def _of_workbook(content: bytes, known: frozenset[str], *, sheet: str, fits: Fits | None) -> Table:
    """Return one sheet. Of the others only the headings are kept in memory."""
    try:
        _check_unpacked(content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        heads = _heads(book, known)
        chosen = _chosen(heads, sheet, fits)
        rows = _sheet_rows(book.get_sheet_by_name(chosen))
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        sentence = _("This workbook is damaged or has a password. Save it again as XLSX.")
        raise Unreadable(sentence) from None
    return _table(chosen, rows, known, sheets=tuple(head.sheet for head in heads))


def _heads(book: CalamineWorkbook, known: frozenset[str]) -> list[_Head]:
    """Return the sheets with rows under headings. Raises Unreadable if there is none."""
    heads = []
    refused: Unreadable | None = None
    for name in _sheet_names(book):
        try:
            head = _head(book.get_sheet_by_name(name), known)
        except Unreadable as error:
            refused = refused or error
        else:
            heads += [head] if head else []
    if not heads:
        raise refused or Unreadable(_("This file is empty. Choose another one."))
    return heads


def _sheet_names(book: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets that people see; of all sheets if none is visible."""
    seen = [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]
    return seen or book.sheet_names


def _head(sheet: CalamineSheet, known: frozenset[str]) -> _Head | None:
    """Return the headings of a sheet; None if it is empty. Raises Unreadable."""
    some = sheet.to_python(skip_empty_area=False, nrows=FIRST_ROWS)
    rows = list(islice(_filled(_typed(row) for row in some), HEADINGS_WITHIN + 1))
    if len(rows) <= HEADINGS_WITHIN and sheet.total_height > FIRST_ROWS:
        rows = _sheet_rows(sheet)[: HEADINGS_WITHIN + 1]
    if not rows:
        return None
    best, place = _heading_place(rows, known)
    if len(rows) == place + 1:
        raise Unreadable(_without_rows())
    return _Head(sheet.name, _heading_texts(rows[place][1]), best)


def _chosen(heads: list[_Head], sheet: str, fits: Fits | None) -> str:
    if any(head.sheet == sheet for head in heads):
        return sheet
    fitting = (head.sheet for head in heads if fits and fits(head.headings))
    return next(fitting, "") or max(heads, key=lambda one: one.known).sheet


def _check_unpacked(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        if sum(part.file_size for part in file.infolist()) > MOST_UNPACKED:
            raise Unreadable(_("This workbook is too large. Divide it into several files."))


def _sheet_rows(sheet: CalamineSheet) -> list[tuple[int, Row]]:
    if sheet.height > MOST_ROWS + HEADINGS_WITHIN or sheet.width > MOST_COLUMNS:
        # Formatted and empty cells count too: only what is filled is refused.
        return list(_filled(_typed(row) for row in sheet.iter_rows()))
    rows = sheet.to_python(skip_empty_area=False)
    return list(_filled(_typed(row) for row in rows))


def _typed(row: Sequence[object]) -> Row:
    return [_cell(value) for value in row]


def _cell(value: object) -> Cell:  # noqa: PLR0911 - one line for each type of a cell
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            number = Decimal(repr(value))
            return number.to_integral_value() if number == number.to_integral_value() else number
        case datetime.datetime():
            if value.time() == datetime.time():
                return value.date().isoformat()
            return value.isoformat(sep=" ", timespec="minutes")
        case datetime.date():
            return value.isoformat()
        case datetime.time():
            return value.isoformat(timespec="minutes")
        case datetime.timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
    return _plain(str(value))


# --- CSV ------------------------------------------------------------------------------------------


def _csv_rows(content: bytes) -> Iterator[tuple[int, Row]]:
    text = decoded(content)
    delimiter = ""
    first, _break, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        delimiter, text = first.strip()[-1], rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text))
    try:
        yield from _filled([_plain(cell) for cell in row] for row in reader)
    except csv.Error:
        sentence = _("Row %(row)d of this file cannot be read. Save it as XLSX and choose that.")
        raise Unreadable(sentence % {"row": reader.line_num}) from None


def decoded(content: bytes) -> str:
    """Return the text of a CSV in UTF-8, UTF-16 or Windows-1252. Raises Unreadable."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff")
    raise Unreadable(_("This is no text file. Save it as XLSX or CSV, and choose that."))


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    sample = content[:2000]
    # In UTF-16 every second byte of a Latin text is zero.
    if sample[1::2].count(0) > len(sample) // 4:
        return ("utf-16-le",)
    if sample[::2].count(0) > len(sample) // 4:
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first rows into the same number of columns, the most."""

    def fitness(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths = [len(row) for row, _n in zip(reader, range(LOOKED_AT), strict=False) if row]
        except csv.Error:
            return 0, 0
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 1)
        return (count / len(widths) if width > 1 else 0), width

    return max(DELIMITERS, key=fitness)


# --- Both -----------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Return a text without invisible characters and without the apostrophe of our own exports."""
    plain = clean_text(text[:LONGEST_CELL])
    return plain[1:] if plain.startswith("'") and plain[1:].startswith(DANGEROUS) else plain


def _filled(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Yield the rows with a filled cell, with their number. Raises Unreadable."""
    count = 0
    for number, row in enumerate(rows, start=1):
        while row and row[-1] == "":
            row.pop()
        if not row:
            continue
        count += 1
        if count > MOST_ROWS + HEADINGS_WITHIN:
            raise Unreadable(_too_many())
        if len(row) > MOST_COLUMNS:
            sentence = _("This file has more than %(count)d columns. Remove those of no use.")
            raise Unreadable(sentence % {"count": MOST_COLUMNS})
        yield number, row


def _too_many() -> str:
    sentence = _("This file has more than %(count)s rows. Divide it into several files.")
    return sentence % {"count": f"{MOST_ROWS:,}".replace(",", ".")}


def _best_heading(rows: list[tuple[int, Row]], known: frozenset[str]) -> tuple[int, int]:
    """Return how many known headings the best row has, and its place; the first of equal ones."""
    counts = [
        (sum(str(cell).strip().lower() in known for cell in row), -place)
        for place, (_number, row) in enumerate(rows[:HEADINGS_WITHIN])
    ]
    best, place = max(counts)
    return best, -place


def _heading_place(rows: list[tuple[int, Row]], known: frozenset[str]) -> tuple[int, int]:
    """Return how many known headings there are, and the place of the row with the headings."""
    best, place = _best_heading(rows, known)
    if not best:
        # Above unknown headings there may be a title: one cell.
        wide = (n for n, (_number, row) in enumerate(rows[:HEADINGS_WITHIN]) if len(row) > 1)
        place = next(wide, 0)
    return best, place


def _heading_texts(row: Row) -> list[str]:
    return [" ".join(str(cell).split()) for cell in row]


def _without_rows() -> str:
    return _("This file has headings and no rows under them. Add rows.")


def _table(
    sheet: str,
    rows: list[tuple[int, Row]],
    known: frozenset[str],
    *,
    sheets: tuple[str, ...] = (),
) -> Table:
    _best, place = _heading_place(rows, known)
    number, heading = rows[place]
    body = rows[place + 1 :]
    if not body:
        raise Unreadable(_without_rows())
    if len(body) > MOST_ROWS:
        raise Unreadable(_too_many())
    width = max(len(heading), *(len(row) for _n, row in body))
    names = _heading_texts(heading)
    return Table(sheet, number, names + [""] * (width - len(names)), body, sheets)
