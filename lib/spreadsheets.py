"""A table as a file for a spreadsheet, CSV or XLSX, written while it is read.

No cell can be mistaken for a formula. In CSV an apostrophe is put before a text that begins like
one, and nothing else is changed; in XLSX a text is always a text. A spreadsheet whose separator is
another one cuts the lines of a CSV elsewhere: for readers with other settings there is XLSX.
"""

import csv
import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

from .xlsx import workbook

Cell = str | Decimal | int | datetime.date | None

# A spreadsheet calculates texts that begin with these; full-width signs count as well.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
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


class _Echo:
    """A file whose `write` returns the text."""

    def write(self, text: str) -> str:
        return text


def sheet_response(sheet: Sheet, *, kind: str) -> StreamingHttpResponse:
    """Return the sheet as a download; CSV unless `kind` is "xlsx"."""
    kind = kind if kind in TYPES else "csv"
    content = workbook(sheet.title, sheet.head, sheet.rows) if kind == "xlsx" else csv_lines(sheet)
    answer = StreamingHttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{sheet.name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def csv_lines(sheet: Sheet) -> Iterator[str]:
    """Yield the lines of the file, with semicolons and decimal commas for Dutch readers."""
    is_dutch = (get_language() or "en").startswith("nl")
    writer = csv.writer(_Echo(), delimiter=";" if is_dutch else ",")
    yield BYTE_ORDER_MARK + writer.writerow([safe(name) for name in sheet.head])
    for row in sheet.rows:
        yield writer.writerow([_csv_text(cell, is_dutch=is_dutch) for cell in row])


def safe(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet would calculate it."""
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text


def _csv_text(cell: Cell, *, is_dutch: bool) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return str(cell).replace(".", ",") if is_dutch else str(cell)
        case int():
            return str(cell)
        case datetime.date():
            return cell.isoformat()
    return safe(cell)
