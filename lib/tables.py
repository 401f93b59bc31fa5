"""Read a table from an uploaded file: CSV in the encodings of spreadsheets, or XLSX.

A text stays a text: a formula in a CSV is never calculated, and of a formula in a workbook its last
result is read. A number or a day of a workbook keeps its type, so that nothing of it is ambiguous.
"""

import csv
import datetime
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

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
ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class Unreadable(ValueError):
    """Why the file cannot be read, as a sentence with what to do."""


@dataclass(frozen=True)
class Table:
    """The rows of a file with at least one filled cell, each with its number in the file.

    `sheet` is the name of the sheet of a workbook; empty for a CSV.
    """

    sheet: str
    heading_row: int
    headings: list[str]
    rows: list[tuple[int, Row]]


def read_table(file: BinaryIO, *, name: str, known: Iterable[str] = ()) -> Table:
    """Return the table of an upload. Raises Unreadable.

    `known` are headings in lower case: they tell where the headings are, and on which sheet.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        sentence = _("This file is larger than %(size)d MB. Divide it into several files.")
        raise Unreadable(sentence % {"size": MOST_BYTES // 2**20})
    if not content.strip(b"\0\t\r\n "):
        raise Unreadable(_("This file is empty. Choose another one."))
    known = frozenset(known)
    if content.startswith(ZIP):
        return _of_workbook(content, known)
    if content.startswith(OLD_WORKBOOK) or name.lower().endswith((".xls", ".ods", ".pdf")):
        raise Unreadable(_("Save the file as XLSX or CSV in your spreadsheet, and choose that."))
    return _table("", list(_csv_rows(content)), known)


# --- Workbooks ------------------------------------------------------------------------------------


def _of_workbook(content: bytes, known: frozenset[str]) -> Table:
    """Return the sheet with the most known headings; of equal ones the first."""
    try:
        _check_unpacked(content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        filled = [(sheet.name, _sheet_rows(sheet)) for sheet in sheets]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        sentence = _("This workbook is damaged or has a password. Save it again as XLSX.")
        raise Unreadable(sentence) from None
    with_rows = [(name, rows) for name, rows in filled if rows]
    if not with_rows:
        raise Unreadable(_("This file is empty. Choose another one."))
    name, rows = max(with_rows, key=lambda one: _best_heading(one[1], known)[0])
    return _table(name, rows, known)


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


def _table(sheet: str, rows: list[tuple[int, Row]], known: frozenset[str]) -> Table:
    best, place = _best_heading(rows, known)
    if not best:
        # Above unknown headings there may be a title: one cell.
        wide = (n for n, (_number, row) in enumerate(rows[:HEADINGS_WITHIN]) if len(row) > 1)
        place = next(wide, 0)
    number, heading = rows[place]
    body = rows[place + 1 :]
    if not body:
        raise Unreadable(_("This file has headings and no rows under them. Add rows."))
    if len(body) > MOST_ROWS:
        raise Unreadable(_too_many())
    width = max(len(heading), *(len(row) for _n, row in body))
    names = [" ".join(str(cell).split()) for cell in heading]
    return Table(sheet, number, names + [""] * (width - len(names)), body)
