"""From the cells of a file to values, by field: each different text is read once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lib.tables import Cell

from .kinds.base import Field, Kind, ReadRow
from .names import LeftOut, Names, Unknown

# Cells that are kept with their value, so that the memory of a large file stays bounded.
MOST_KEPT = 20_000


class RowReader:
    """Reads rows of one file, by its mapping, its readings and its corrections."""

    def __init__(
        self,
        kind: Kind,
        *,
        mapping: Sequence[str],
        readings: Mapping[str, str],
        corrections: Mapping[str, Mapping[str, str]],
        names: Names,
    ) -> None:
        self.columns = {name: place for place, name in enumerate(mapping) if name}
        # A name within another one is looked up after it.
        chosen = [one for one in kind.fields() if one.name in self.columns]
        self.fields = sorted(chosen, key=lambda one: bool(one.within))
        self.required = [one for one in self.fields if one.is_required]
        self.readings, self.corrections, self.names = readings, corrections, names
        self._read: dict[tuple[str, Cell], Any] = {}

    def read(self, number: int, cells: Sequence[Cell]) -> ReadRow:
        """Return the row with values and errors."""
        row = ReadRow(number, self._cells(number, cells))
        for field in self.fields:
            cell = row.cells.get(field.name, "")
            if cell == "":
                continue
            try:
                row.values[field.name] = self._value(field, cell, row)
            except LeftOut:
                row.is_left_out = True
            except (ValidationError, Unknown) as error:
                row.errors[field.name] = _sentence(error)
        for field in self.required:
            if row.cells.get(field.name, "") == "":
                row.errors[field.name] = _("%(field)s is empty. Fill it in.") % {
                    "field": field.label
                }
        return row

    def value(self, name: str, number: int, cells: Sequence[Cell]) -> Any:
        """Return one value of a row that is no name; None if it is empty or cannot be read."""
        field = next((one for one in self.fields if one.name == name), None)
        cell = self._cells(number, cells).get(name, "")
        if field is None or cell == "":
            return None
        try:
            return self._clean(field, cell)
        except ValidationError:
            return None

    def _cells(self, number: int, cells: Sequence[Cell]) -> dict[str, Cell]:
        found = {name: cells[place] for name, place in self.columns.items() if place < len(cells)}
        return found | dict(self.corrections.get(str(number), {}))

    def _value(self, field: Field, cell: Cell, row: ReadRow) -> Any:
        value = self._clean(field, cell)
        if not field.directory:
            return value
        within = None
        if field.within and row.cells.get(field.within, "") != "":
            if field.within not in row.values:
                raise Unknown(_("First say which customer it is."))
            within = row.values[field.within]
        return self.names.find(field.directory, value, within=within)

    def _clean(self, field: Field, cell: Cell) -> Any:
        if field.reader.is_free:
            return field.reader.read(cell, self.readings.get(field.name, ""))
        key = (field.name, cell)
        if key not in self._read:
            if len(self._read) >= MOST_KEPT:
                self._read.clear()
            try:
                self._read[key] = field.reader.read(cell, self.readings.get(field.name, ""))
            except ValidationError as error:
                self._read[key] = error
        value = self._read[key]
        if isinstance(value, ValidationError):
            raise value
        return value


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def read_all(reader: RowReader, rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[ReadRow]:
    """Return the rows, read."""
    return [reader.read(number, cells) for number, cells in rows]
