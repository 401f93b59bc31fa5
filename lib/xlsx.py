"""Write a workbook of one sheet in pieces: the smallest XLSX that common programs read.

Office Open XML (ECMA-376, part 1). Texts are inline strings: nothing has to be known in advance,
and a text is never a formula.
"""

import datetime
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from io import RawIOBase
from xml.sax.saxutils import escape

from .cells import KEPT, ByType

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Characters that XML 1.0 does not allow.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MOST_CHARACTERS = 32_767  # in a cell
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
TITLE_LENGTH = 31
# Day 1 is 1 January 1900, and 1900 counts as a leap year.
DAY_ZERO = datetime.date(1899, 12, 30)
# Indexes of the styles below.
HEADING, AMOUNT, DAY = 1, 2, 3
PIECE = 32_768  # bytes collected before they are yielded
ROWS = 100  # whose XML is joined before it is compressed
EMPTY = "<c/>"

CONTENT_TYPES = (
    f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    "</Types>"
)
PACKAGE_RELATIONS = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
WORKBOOK_RELATIONS = (
    f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
)
# Plain, bold for the head, 1,234.50 (format 4), and a day in the reader's format (14).
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)
SHEET_BEGIN = (
    f'{XML}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
    '</sheetViews><cols><col min="1" max="{width}" width="18" customWidth="1"/></cols><sheetData>'
)
SHEET_END = "</sheetData></worksheet>"


class _Pipe(RawIOBase):
    """A write-only file that is emptied from time to time."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def write(self, content: object) -> int:
        before = len(self.waiting)
        self.waiting += content  # type: ignore[arg-type]  # bytes, says zipfile
        return len(self.waiting) - before

    def drained(self) -> bytes:
        """Return what was written since the last call."""
        drained = bytes(self.waiting)
        self.waiting.clear()
        return drained


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the file in pieces. Decimals become amounts with two decimals, dates become days."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in _fixed_parts(title).items():
            file.writestr(name, content)
        yield pipe.drained()  # the download starts while the database still sorts
        with file.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for xml in _sheet(head, rows):
                sheet.write(xml.encode())
                if len(pipe.waiting) > PIECE:
                    yield pipe.drained()
    yield pipe.drained()


def _fixed_parts(title: str) -> dict[str, str]:
    name = NOT_IN_A_TITLE.sub(" ", FORBIDDEN.sub("", title))[:TITLE_LENGTH].strip("' ")
    return {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": PACKAGE_RELATIONS,
        "xl/workbook.xml": WORKBOOK.format(title=escape(name or "1", {'"': "&quot;"})),
        "xl/_rels/workbook.xml.rels": WORKBOOK_RELATIONS,
        "xl/styles.xml": STYLES,
    }


def _sheet(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the XML of the sheet, many rows at a time."""
    xml = [SHEET_BEGIN.format(width=max(1, len(head)))]
    xml.append(f"<row>{''.join(_text(name, style=HEADING) for name in head)}</row>")
    cell_by_type = _cells_by_type()
    for row in rows:
        xml.append(f"<row>{''.join([cell_by_type[type(cell)](cell) for cell in row])}</row>")
        if len(xml) == ROWS:
            yield "".join(xml)
            xml.clear()
    xml.append(SHEET_END)
    yield "".join(xml)


def _cells_by_type() -> ByType:
    """Return what makes the XML of a cell, by the type of its value."""
    return ByType(
        {
            type(None): lambda _none: EMPTY,
            Decimal: lambda amount: f'<c s="{AMOUNT}"><v>{amount}</v></c>',
            int: lambda number: f"<c><v>{number}</v></c>",
            datetime.date: lru_cache(KEPT)(_day),
            str: lru_cache(KEPT)(_text),
        },
        default=lambda value: _text(str(value)),
    )


def _day(day: datetime.date) -> str:
    return f'<c s="{DAY}"><v>{(day - DAY_ZERO).days}</v></c>'


def _text(text: str, *, style: int = 0) -> str:
    if not text:
        return EMPTY
    kept = escape(FORBIDDEN.sub("", text)[:MOST_CHARACTERS])
    # Without the attribute blanks at both ends are lost.
    space = ' xml:space="preserve"' if kept != kept.strip() else ""
    styled = f' s="{style}"' if style else ""
    return f'<c{styled} t="inlineStr"><is><t{space}>{kept}</t></is></c>'
