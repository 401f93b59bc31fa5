"""Export hours as CSV and XLSX: this program's files, and the ways that others write them.

Every function of WAYS takes a queryset of hours and yields the file in pieces.
"""

import csv
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from lib.spreadsheets import sheet_response
from registrations.overview.exporting import sheet_of
from tools.bench.apart import apart, memory, peak_memory

Way = Callable[[QuerySet[Any]], Iterator[bytes]]
NAMES = (
    "date",
    "membership__user__first_name",
    "membership__user__last_name",
    "project__customer__number",
    "project__customer__name",
    "project__code",
    "project__name",
    "task__name",
    "description",
    "minutes",
    "is_billable",
    "status",
    "invoice_line__invoice__number",
    "hourly_rate",
    "amount",
)
CHUNK = 2_000
BLOCK = 65_536  # bytes


class Exported(NamedTuple):
    """Seconds until the first and the last byte, bytes of the file, bytes of memory on top."""

    seconds: float
    first_byte: float
    bytes: int
    memory: int

    def __str__(self) -> str:
        sizes = f"{self.bytes / 1e6:.1f} MB, memory +{self.memory / 1e6:.0f} MB"
        return f"{self.seconds:6.2f} s, first byte {self.first_byte:.2f} s, {sizes}"


def run_export(way: Way, rows: QuerySet[Any]) -> Exported:
    """Write the file in a process of its own, so that it uses no memory that was used before."""
    return Exported(*apart(lambda: _export(way, rows)))


def _export(way: Way, rows: QuerySet[Any]) -> tuple[float, float, int, int]:
    connection.ensure_connection()
    before = memory()
    began = time.perf_counter()
    size, first = 0, 0.0
    for piece in way(rows.all()):
        first = first or time.perf_counter() - began
        size += len(piece)
    return time.perf_counter() - began, first, size, peak_memory() - before


# --- This program ---------------------------------------------------------------------------------


def own_csv(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Write the CSV of Overview, with amounts."""
    return _own(rows, "csv")


def own_xlsx(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Write the XLSX of Overview, with amounts."""
    return _own(rows, "xlsx")


def _own(rows: QuerySet[Any], kind: str) -> Iterator[bytes]:
    sheet = sheet_of([rows], with_amounts=True, name="hours")
    return iter(sheet_response(sheet, kind=kind).streaming_content)


# --- Others ---------------------------------------------------------------------------------------


def copy_csv(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Let PostgreSQL write the CSV: the least that any program can take."""
    query, parameters = rows.values_list(*NAMES).query.sql_with_params()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, parameters)
        with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            yield from map(bytes, copy)


def values_csv(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Write `values_list` with the csv module, as a short view does."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(NAMES)
    for number, row in enumerate(_values(rows), start=1):
        writer.writerow(row)
        if number % CHUNK == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def openpyxl_xlsx(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Write with openpyxl's write-only mode; needs `pip install openpyxl`."""
    from openpyxl import Workbook  # noqa: PLC0415  # not a dependency

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("hours")
    sheet.append(NAMES)
    for row in _values(rows):
        sheet.append(row)
    with tempfile.TemporaryFile() as file:
        workbook.save(file)
        yield from _blocks(file)


def xlsxwriter_xlsx(rows: QuerySet[Any]) -> Iterator[bytes]:
    """Write with XlsxWriter's constant memory; needs `pip install XlsxWriter`."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # not a dependency

    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "default_date_format": "dd-mm-yyyy"}
        with Workbook(file, options) as workbook:
            sheet = workbook.add_worksheet("hours")
            sheet.write_row(0, 0, NAMES)
            for number, row in enumerate(_values(rows), start=1):
                sheet.write_row(number, 0, row)
        yield from _blocks(file)


def _values(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    return rows.values_list(*NAMES).iterator(chunk_size=CHUNK)


def _blocks(file: Any) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block


WAYS: dict[str, Way] = {
    "CSV": own_csv,
    "COPY": copy_csv,
    "values_list and csv": values_csv,
    "XLSX": own_xlsx,
}
if find_spec("openpyxl"):
    WAYS["openpyxl, write-only"] = openpyxl_xlsx
if find_spec("xlsxwriter"):
    WAYS["XlsxWriter, constant memory"] = xlsxwriter_xlsx
