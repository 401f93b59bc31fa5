"""What the columns of a file have, from one reading of its rows; the rows are not kept.

So the memory that a check or an import takes follows from the different names, days and amounts of
the file, and not from the number of its rows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from lib.tables import Cell, Row

from .cells import text_of
from .kinds.base import Field, Kind

EXAMPLES = 2
LOOKED_AT = 50  # filled cells, for the examples


@dataclass
class ColumnSurvey:
    """What a column has.

    `cells` are the different cells with how often each is there, but not those of free texts: of
    these only the `unreadable` ones are counted. `pairs` are cells with those of the column that
    they belong to.
    """

    of: Field | None
    examples: dict[str, None] = field(default_factory=dict)
    filled: int = 0
    unreadable: int = 0
    cells: Counter[Cell] = field(default_factory=Counter)
    pairs: Counter[tuple[Cell, Cell]] = field(default_factory=Counter)

    def add(self, cell: Cell, outer: Cell, *, reads_texts: bool) -> None:
        self.filled += 1
        if self.filled <= LOOKED_AT and len(self.examples) < EXAMPLES:
            self.examples[text_of(cell)] = None
        if self.of is None:
            return
        if self.of.reader.is_free:
            self.unreadable += reads_texts and not _is_readable(self.of, cell)
        elif self.of.directory:
            self.pairs[cell, outer] += 1
        else:
            self.cells[cell] += 1

    @property
    def names(self) -> set[Cell]:
        """The different names of a column with names."""
        return {cell for cell, _outer in self.pairs}


@dataclass
class Survey:
    """The columns of a file, its first rows, and the number of all."""

    columns: list[ColumnSurvey]
    first: list[tuple[int, Row]]
    total: int


def survey(
    kind: Kind,
    mapping: Sequence[str],
    rows: Iterable[tuple[int, Row]],
    *,
    first: int = 0,
    reads_texts: bool = True,
) -> Survey:
    """Read all rows once and keep the first ones."""
    columns = [ColumnSurvey(kind.field(name) if name else None) for name in mapping]
    places = {name: place for place, name in enumerate(mapping) if name}
    outer = [places.get(one.of.within, -1) if one.of else -1 for one in columns]
    kept: list[tuple[int, Row]] = []
    total = 0
    for number, cells in rows:
        total += 1
        if total <= first:
            kept.append((number, cells))
        for place, cell in enumerate(cells):
            if cell != "":
                beside = cells[outer[place]] if 0 <= outer[place] < len(cells) else ""
                columns[place].add(cell, beside, reads_texts=reads_texts)
    return Survey(columns, kept, total)


def _is_readable(of: Field, cell: Cell) -> bool:
    try:
        of.reader.read(cell, "")
    except ValidationError:
        return False
    return True
