"""Tables as CSV or XLSX: no cell becomes a formula, and sending starts at once."""

import csv
import datetime
import io
import itertools
import zipfile
from decimal import Decimal

import pytest
from django.utils.translation import override
from lxml import etree

from lib.spreadsheets import Sheet, sheet_response
from lib.xlsx import MAIN, workbook

FORMULA = '=HYPERLINK("http://evil.example")'
ROWS = [
    [FORMULA, Decimal("-1003.75"), datetime.date(2026, 11, 22), 3, None],
    ["Noordzee & Zn. <b>", Decimal("0.10"), None, 0, "\x07bell"],
]
HEAD = ["Name", "Amount €", "Day", "Rows", "Note"]


def sheet(rows=ROWS):
    return Sheet("unbilled-2026-11-22", "Unbilled", HEAD, rows)


def cells_of(content: bytes) -> list[list[tuple[str | None, str | None]]]:
    """Return type and content of every cell, as a spreadsheet program reads them."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        root = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    rows = root.iter(f"{{{MAIN}}}row")
    return [[(cell.get("t"), "".join(cell.itertext()) or None) for cell in row] for row in rows]


def test_csv_has_no_formula_and_reads_back():
    answer = sheet_response(sheet(), kind="csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))

    assert rows[0] == HEAD
    assert rows[1] == [f"'{FORMULA}", "-1003.75", "2026-11-22", "3", ""]
    assert answer["Content-Disposition"] == 'attachment; filename="unbilled-2026-11-22.csv"'


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "text",
    ["Lunch € 50,-", "Van Dam; =advies", "a,+31 20 123", "10:00-11:00", "x@y.example", "’t =1"],
)
def test_a_text_that_does_not_begin_as_a_formula_stays_as_it_is(text, kind, language):
    with override(language):
        content = b"".join(sheet_response(sheet([[text]]), kind=kind).streaming_content)

    if kind == "xlsx":
        assert cells_of(content)[1][0] == ("inlineStr", text)
    else:
        lines = io.StringIO(content.decode("utf-8-sig"))
        assert list(csv.reader(lines, delimiter=";" if language == "nl" else ","))[1] == [text]


def test_dutch_readers_get_semicolons_and_decimal_commas():
    with override("nl"):
        text = b"".join(sheet_response(sheet(), kind="csv").streaming_content).decode("utf-8-sig")

    assert "-1003,75;2026-11-22;3;" in text


def test_in_a_workbook_a_formula_is_a_text_and_an_amount_is_a_number():
    rows = cells_of(b"".join(sheet_response(sheet(), kind="xlsx").streaming_content))

    assert [text for _type, text in rows[0]] == HEAD
    assert rows[1] == [
        ("inlineStr", FORMULA),
        (None, "-1003.75"),
        (None, "46348"),
        (None, "3"),
        (None, None),
    ]
    assert rows[2][0] == ("inlineStr", "Noordzee & Zn. <b>")
    assert rows[2][4] == ("inlineStr", "bell")


@pytest.mark.parametrize("title", ["Omzet: 2026/2025 [alles] en nog veel meer woorden", "", "<&>"])
def test_whatever_a_sheet_is_called_the_workbook_can_be_read(title):
    content = b"".join(workbook(title, HEAD, []))

    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert "xl/worksheets/sheet1.xml" in file.namelist()
        for name in file.namelist():
            etree.fromstring(file.read(name))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_begins_before_its_last_row_is_read(kind):
    taken = itertools.count()
    rows = ([f"Row {next(taken)} {n * 7919}", Decimal(n)] for n in range(100_000))

    next(iter(sheet_response(sheet(rows), kind=kind).streaming_content))

    assert next(taken) < 50_000
