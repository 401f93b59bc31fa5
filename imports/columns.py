"""Guess what the columns of a file are: by their headings, else by their contents.

A guess by heading is certain if the heading is a known one. Every other guess is shown in amber,
and the import waits until somebody looked at it.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.folding import fold
from lib.tables import Cell, Table
from lib.text import clean_line

from .kinds.base import Field, Kind

LOOKED_AT = 50  # cells of a column
CLOSE = 0.8  # of the letters of a heading
MOSTLY = 0.8  # of them fit
# Headings of our own file with errors, and of what is never imported.
LEFT_OUT = frozenset({"reden", "reason", "waarom", "why", "id"})
_UNIT = re.compile(r"\s*[(\[].*?[)\]]\s*")


@dataclass(frozen=True)
class Guess:
    """The field of each column, and the columns about which there is no doubt."""

    mapping: list[str]
    certain: list[int]


def known_headings(kind: Kind) -> frozenset[str]:
    """Return the headings of a kind in lower case."""
    return frozenset(one for field in kind.fields() for one in _names(field))


def guess(kind: Kind, table: Table) -> Guess:
    """Return the guesses for the columns of a table; a field is guessed once."""
    fields = list(kind.fields())
    mapping, certain = [""] * len(table.headings), []
    for place, heading in enumerate(table.headings):
        named = _by_heading(fields, heading, taken=mapping)
        if named or fold(_bare(heading)) in LEFT_OUT:
            mapping[place] = named
            certain.append(place)
    for place, heading in enumerate(table.headings):
        if place in certain:
            continue
        mapping[place] = (
            _by_part(fields, heading, taken=mapping)
            or _by_likeness(fields, heading, taken=mapping)
            or _by_contents(fields, _cells(table, place), taken=mapping)
        )
        if not mapping[place]:
            certain.append(place)  # nothing was guessed
    return Guess(mapping, sorted(certain))


def has_all(kind: Kind, headings: Sequence[str]) -> bool:
    """Whether each field that a kind requires has a known heading here."""
    fields = list(kind.fields())
    found: list[str] = []
    for heading in headings:
        found.append(_by_heading(fields, heading, taken=found))
    return not kind.check_mapping(name for name in found if name)


def carried(
    before: Sequence[str], mapping: Sequence[str], headings: Sequence[str]
) -> dict[int, str]:
    """Return the fields that columns of these headings became before, by place.

    Of equal headings the first stands for the first. Headings are compared folded.
    """
    left = list(zip(map(fold, before), mapping, strict=True))
    found = {}
    for place, heading in enumerate(headings):
        same = next((one for one in left if one[0] == fold(heading)), None)
        if same is not None:
            left.remove(same)
            found[place] = same[1]
    return found


def _names(field: Field) -> Iterable[str]:
    return (*map(fold, field.headings), fold(str(field.label)), field.name)


def _bare(heading: str) -> str:
    """Return a heading without a unit between brackets and without a colon."""
    return clean_line(_UNIT.sub(" ", heading)).strip(" :*.")


def _by_heading(fields: list[Field], heading: str, *, taken: list[str]) -> str:
    text = fold(_bare(heading))
    for field in fields:
        if text and field.name not in taken and text in _names(field):
            return field.name
    return ""


def _by_part(fields: list[Field], heading: str, *, taken: list[str]) -> str:
    """Return the field of which a heading has a whole word: “Datum werk”."""
    words = set(re.findall(r"\w+", fold(heading)))
    for field in fields:
        if field.name not in taken and words & set(_names(field)):
            return field.name
    return ""


def _by_likeness(fields: list[Field], heading: str, *, taken: list[str]) -> str:
    """Return the field of which a heading differs in a letter: “Projekt”."""
    known = {
        name: field.name for field in fields if field.name not in taken for name in _names(field)
    }
    close = difflib.get_close_matches(fold(_bare(heading)), known, n=1, cutoff=CLOSE)
    return known[close[0]] if close else ""


def _by_contents(fields: list[Field], cells: list[Cell], *, taken: list[str]) -> str:
    for field in fields:
        if not cells or field.name in taken:
            continue
        if sum(map(field.reader.fits, cells)) >= MOSTLY * len(cells):
            return field.name
    return ""


def _cells(table: Table, place: int) -> list[Cell]:
    filled = (row[place] for _n, row in table.rows if place < len(row) and row[place] != "")
    return [cell for cell, _n in zip(filled, range(LOOKED_AT), strict=False)]
