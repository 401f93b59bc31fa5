"""Tables as CSV or XLSX: no cell becomes a formula, and sending starts at once."""

import csv
import datetime
import hashlib
import io
import itertools
import zipfile
from decimal import Decimal

import pytest
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, override
from lxml import etree

from lib.spreadsheets import Sheet, csv_pieces, safe, sheet_response
from lib.xlsx import MAIN, workbook
from registrations.models import Status

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
def test_a_file_begins_before_its_first_row_is_read(kind):
    taken = itertools.count()
    rows = ([f"Row {next(taken)} {n * 7919}", Decimal(n)] for n in range(100_000))

    next(iter(sheet_response(sheet(rows), kind=kind).streaming_content))

    assert next(taken) == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_sent_in_pieces_of_some_tens_of_kilobytes(kind):
    digests = (hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(20_000))
    rows = ([digest, Decimal(1)] for digest in digests)

    pieces = [*sheet_response(sheet(rows), kind=kind).streaming_content][1:-1]

    assert len(pieces) > 5
    assert all(16_000 < len(piece) < 100_000 for piece in pieces)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_speaks_the_language_of_its_request_to_the_last_row(kind):
    def rows():
        for _n in range(3):
            yield [gettext("Hours"), Decimal("1.50")]

    with override("nl"):
        answer = sheet_response(sheet(rows()), kind=kind)
    with override("en"):
        content = b"".join(answer.streaming_content)
        assert get_language() == "en"

    if kind == "xlsx":
        assert [row[0][1] for row in cells_of(content)[1:]] == 3 * ["Uren"]
    else:
        assert content.decode().count("Uren;1,50") == 3


def test_equal_amounts_keep_the_zeros_that_each_of_them_has():
    rows = [[Decimal("1.0")], [Decimal("1.00")], [Decimal(1)], [1]]

    text = b"".join(sheet_response(sheet(rows), kind="csv").streaming_content).decode()
    cells = cells_of(b"".join(workbook("Test", HEAD, rows)))[1:]

    assert text.split()[-4:] == ["1.0", "1.00", "1", "1"]
    assert [row[0][1] for row in cells] == ["1.0", "1.00", "1", "1"]


@pytest.mark.parametrize("text", [" ahead", "behind ", "line\nbreak\n", "\ttab", " "])
def test_blanks_at_the_ends_of_a_text_stay_in_a_workbook(text):
    with zipfile.ZipFile(io.BytesIO(b"".join(workbook("Test", HEAD, [[text]])))) as file:
        root = etree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    (cell,) = [*root.iter(f"{{{MAIN}}}t")][-1:]

    assert cell.text == text
    assert cell.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"


def test_a_value_of_a_kind_of_text_is_written_as_text():
    rows = [[mark_safe("=1"), gettext_lazy("Hours"), Status.OPEN]]

    text = b"".join(sheet_response(sheet(rows), kind="csv").streaming_content).decode()
    (cells,) = cells_of(b"".join(workbook("Test", HEAD, rows)))[1:]

    assert text.splitlines()[1] == "'=1,Hours,open"
    assert cells == [("inlineStr", "=1"), ("inlineStr", "Hours"), ("inlineStr", "open")]


@pytest.mark.parametrize("hidden", ["\u00a0", "\u200b", "\ufeff", "\v", "\f", "\u2060 \t", "\r\n"])
def test_nothing_that_nobody_sees_hides_a_formula(hidden):
    assert safe(f"{hidden}=1+1").startswith("'")


def test_a_line_break_within_a_text_begins_no_row_for_readers_with_another_separator():
    sheet = Sheet("x", "x", ["a", "b"], [["one\r\n;=1+1", "two\n-3"]])

    lines = b"".join(csv_pieces(sheet)).decode().splitlines()

    assert len(lines) == 2
