"""Tables of uploads: encodings, delimiters, headings, workbooks, and what cannot be read."""

import datetime
import io
import zipfile
from decimal import Decimal

import pytest

from lib import tables
from lib.tables import Unreadable, read_table
from lib.xlsx import workbook
from tests.workbooks import book_of

TEXT = "Datum;Naam;Uren\r\n28-11-2026;Zoë Müller;1,5\r\n\r\n27-11-2026;Jan;2\r\n"


def read(content, name="a.csv", known=("datum",)):
    return read_table(io.BytesIO(content), name=name, known=known)


def book(head, *rows, title="Uren"):
    return b"".join(workbook(title, head, rows))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace(";", "\t").encode(),
        TEXT.replace("1,5", '"1,5"').replace(";", ",").encode(),
        ("sep=;\r\n" + TEXT).encode(),
    ],
)
def test_encoding_line_break_and_delimiter_are_found(content):
    found = read(content)

    assert found.headings == ["Datum", "Naam", "Uren"]
    assert [row for _number, row in found.rows] == [
        ["28-11-2026", "Zoë Müller", "1,5"],
        ["27-11-2026", "Jan", "2"],
    ]


def test_an_empty_row_keeps_its_number():
    assert [number for number, _row in read(TEXT.encode()).rows] == [2, 4]


def test_a_title_above_the_headings_is_passed_over():
    found = read(b"Uren van november\n\nDatum;Uren\n28-11-2026;1")

    assert (found.heading_row, found.headings) == (3, ["Datum", "Uren"])


def test_a_quoted_cell_may_have_the_delimiter_and_a_line_break():
    found = read(b'Datum;Memo\n28-11-2026;"een; twee\ndrie"\n')

    assert found.rows == [(2, ["28-11-2026", "een; twee\ndrie"])]


def test_a_formula_in_a_cell_stays_a_text_and_our_apostrophe_is_taken_off():
    found = read(b"Datum;Memo\n28-11-2026;=1+1\n27-11-2026;'=1+1\n26-11-2026;'t Hof")

    assert [row[1] for _n, row in found.rows] == ["=1+1", "=1+1", "'t Hof"]


def test_a_workbook_keeps_numbers_and_days():
    content = book(
        ["Datum", "Uren", "Naam"], [datetime.date(2026, 11, 28), Decimal("7.25"), "=cmd()"]
    )

    found = read(content, name="a.xlsx")

    assert found.sheet == "Uren"
    assert found.rows == [(2, ["2026-11-28", Decimal("7.25"), "=cmd()"])]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "This file is empty. Choose another one."),
        (b"\n \n", "a.csv", "This file is empty. Choose another one."),
        (b"Datum;Uren\n", "a.csv", "This file has headings and no rows under them. Add rows."),
        (b"PK\x03\x04nonsense", "a.xlsx", "This workbook is damaged or has a password."),
        (b"\xd0\xcf\x11\xe0old", "a.xls", "Save the file as XLSX or CSV"),
        (b"%PDF-1.7", "a.pdf", "Save the file as XLSX or CSV"),
        (b"\x89PNG\r\n\x1a\n\0\x01\x02\0\xff", "a.csv", "This is no text file."),
        (b"Datum" + b";x" * 101 + b"\n1\n", "a.csv", "more than 100 columns"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_do(content, name, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(content, name=name)


def test_too_many_rows_are_refused():
    with pytest.raises(Unreadable, match=r"more than 50\.000 rows"):
        read(b"Datum;Uren\n" + b"28-11-2026;1\n" * (tables.MOST_ROWS + 1))


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_BYTES", 100)

    with pytest.raises(Unreadable, match="Divide it into several files"):
        read(TEXT.encode() * 10)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for n in range(4):
            file.writestr(f"xl/{n}.xml", b"\0" * (tables.MOST_UNPACKED // 3))

    with pytest.raises(Unreadable, match="This workbook is too large"):
        read(packed.getvalue(), name="a.xlsx")


HEAD = ["Datum", "Uren"]
ROW = ["28-11-2026", "1,5"]


def fits(headings):
    return set(HEAD) <= set(headings)


def test_the_first_sheet_with_rows_that_fits_is_read_and_all_with_rows_are_named():
    content = book_of(
        ("Uitleg", ["Lees dit eerst"], [["Vul de uren in."]]),
        ("Leeg", HEAD, []),
        ("Uren", HEAD, [ROW]),
        ("Uren oud", [*HEAD, "Naam"], [[*ROW, "Jan"]]),
    )

    found = read_table(
        io.BytesIO(content), name="a.xlsx", known=("datum", "uren", "naam"), fits=fits
    )

    assert (found.sheet, found.headings, found.rows) == ("Uren", HEAD, [(2, ROW)])
    assert found.sheets == ("Uitleg", "Uren", "Uren oud")


def test_a_sheet_that_is_asked_for_is_read_and_one_that_is_not_there_is_not():
    content = book_of(("Uren", HEAD, [ROW]), ("Oud", ["Naam"], [["Jan"], ["Piet"]]))

    def read_sheet(name):
        return read_table(io.BytesIO(content), name="a.xlsx", known=("datum",), sheet=name).sheet

    assert [read_sheet(name) for name in ("Oud", "Uren", "Weg")] == ["Oud", "Uren", "Uren"]


def test_of_sheets_that_do_not_fit_the_one_with_the_most_known_headings_is_read():
    content = book_of(("Een", ["Naam"], [["Jan"]]), ("Twee", ["Datum", "Naam"], [[*ROW]]))

    found = read_table(io.BytesIO(content), name="a.xlsx", known=("datum", "naam"), fits=fits)

    assert found.sheet == "Twee"


def test_a_hidden_sheet_is_not_offered():
    content = book_of(("Lijsten", HEAD, [ROW]), ("Uren", HEAD, [ROW]), hidden=["Lijsten"])

    assert read(content, name="a.xlsx").sheets == ("Uren",)


def test_a_workbook_of_headings_only_is_refused():
    content = book_of(("Een", HEAD, []), ("Twee", HEAD, []))

    with pytest.raises(Unreadable, match="headings and no rows"):
        read(content, name="a.xlsx")


def test_rows_far_below_an_empty_area_are_found():
    content = book_of(("Uren", [], [*([[""]] * 150), HEAD, ROW]))

    assert read(content, name="a.xlsx").rows[-1][1] == ROW
