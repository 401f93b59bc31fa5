"""The page of ordered rows that a query string asks for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from ..paging import SIZES
from .orders import Position
from .rows import OrderedRows

MOST_DIGITS = 9
Load = Callable[[Sequence[int]], Mapping[int, Any]]
PARAMETERS = ("after", "before", "from", "page")


@dataclass(frozen=True)
class SeekPage:
    """The rows of one page; `first` is the number of its first row, None if nobody counted.

    `previous` and `next` are the parameters of its neighbours, empty at an end.
    """

    rows: Sequence[Any]
    size: int
    first: int | None
    previous: dict[str, str]
    next: dict[str, str]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def last(self) -> int | None:
        """The number of its last row."""
        return None if self.first is None else self.first + len(self.rows) - 1

    def of_total(self, total: int) -> "SeekPage":
        """Return the page with the number that its first row has if it is the last page."""
        if self.first is not None or self.next:
            return self
        first = max(total - len(self.rows), 0) + 1
        number = {"from": str(max(first - self.size, 1))}
        return replace(self, first=first, previous=self.previous and self.previous | number)


def page_of(ordered: OrderedRows, query: QueryDict, *, load: Load, default_size: int) -> SeekPage:
    """Return the page after or before a position, the last with an empty `before`, else the first.

    A position that cannot be read is no position. `page=N` is read too, and costs more with N.
    Where there are no rows any more it is the last page. `load` gets the rows of some ids.
    """
    size = int(text) if (text := query.get("size", "")) in map(str, SIZES) else default_size
    cut = _cut(ordered, query, size)
    found = cut.found[:size]
    if cut.is_back:
        found.reverse()
    first = _first(cut, query, size)
    return SeekPage(
        rows=_loaded([position[-1] for position in found], load),
        size=size,
        first=first,
        previous={} if cut.is_at_start(size) else _before(ordered, found, first, size),
        next={} if cut.is_at_end(size) else _after(ordered, found, first),
    )


@dataclass(frozen=True)
class _Cut:
    """Positions of a page and of one row more, in the direction in which they were read."""

    found: list[Position]
    is_back: bool
    start: Position | None = None
    number: int = 1

    def is_at_start(self, size: int) -> bool:
        if self.is_back:
            return len(self.found) <= size
        return self.start is None and self.number == 1

    def is_at_end(self, size: int) -> bool:
        return self.start is None if self.is_back else len(self.found) <= size


def _cut(ordered: OrderedRows, query: QueryDict, size: int) -> _Cut:
    is_back = "before" in query
    start = ordered.order.read(query.get("before") or query.get("after") or "", ordered.rows.model)
    number = _number(query.get("page", "")) or 1
    if start or is_back or number == 1:
        found = ordered.positions(start, size + 1, is_back=is_back)
        cut = _Cut(found, is_back, start)
    else:
        cut = _Cut(ordered.numbered((number - 1) * size, size + 1), is_back=False, number=number)
    if cut.found or (start is None and cut.number == 1):
        return cut
    return _Cut(ordered.positions(None, size + 1, is_back=True), is_back=True)


def _first(cut: _Cut, query: QueryDict, size: int) -> int | None:
    """Return the number of the first row; None on the last page, whose rows nobody counted."""
    if cut.is_at_start(size):
        return 1
    if cut.number > 1:
        return (cut.number - 1) * size + 1
    return _number(query.get("from", "")) if cut.start else None


def _loaded(ids: Sequence[int], load: Load) -> list[Any]:
    """Load the rows in their order, without those that were just deleted."""
    rows = load(ids)
    return [rows[pk] for pk in ids if pk in rows]


def _before(
    ordered: OrderedRows, found: list[Position], first: int | None, size: int
) -> dict[str, str]:
    number = {"from": str(max(first - size, 1))} if first else {}
    return {"before": ordered.order.written(found[0]), **number} if found else {}


def _after(ordered: OrderedRows, found: list[Position], first: int | None) -> dict[str, str]:
    number = {"from": str(first + len(found))} if first else {}
    return {"after": ordered.order.written(found[-1]), **number} if found else {}


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) or None if is_one else None
