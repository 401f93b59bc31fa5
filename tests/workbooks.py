"""Workbooks of several sheets, made of those that the program writes: it writes one sheet each."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence

from lib.xlsx import workbook

Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]
RELATION = (
    '<Relationship Id="sheet{n}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet{n}.xml"/></Relationships>'
)
OVERRIDE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)


def book_of(*sheets: Sheet, hidden: Sequence[str] = ()) -> bytes:
    """Return a workbook with these sheets: title, head and rows; some may be hidden."""
    parts: dict[str, bytes] = {}
    for n, (title, head, rows) in enumerate(sheets, start=1):
        with zipfile.ZipFile(io.BytesIO(b"".join(workbook(title, head, rows)))) as one:
            if n == 1:
                parts = {name: one.read(name) for name in one.namelist()}
            parts[f"xl/worksheets/sheet{n}.xml"] = one.read("xl/worksheets/sheet1.xml")
    for n in range(2, len(sheets) + 1):
        _replace(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", RELATION.format(n=n))
        _replace(parts, "[Content_Types].xml", "</Types>", OVERRIDE.format(n=n))
    listed = "".join(
        _listed(title, n, is_hidden=title in hidden)
        for n, (title, _head, _rows) in enumerate(sheets, start=1)
    )
    book = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = re.sub(
        r"<sheets>.*</sheets>", f"<sheets>{listed}</sheets>", book
    ).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return packed.getvalue()


def _listed(title: str, n: int, *, is_hidden: bool) -> str:
    relation = "rId1" if n == 1 else f"sheet{n}"
    state = ' state="hidden"' if is_hidden else ""
    return f'<sheet name="{title}" sheetId="{n}"{state} r:id="{relation}"/>'


def _replace(parts: dict[str, bytes], name: str, old: str, new: str) -> None:
    parts[name] = parts[name].decode().replace(old, new).encode()
