"""Order and pages of a list, from the query string; invalid values get the default."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

SIZES = (25, 50, 100, 250)

Row = TypeVar("Row")
Loaded = TypeVar("Loaded", bound=Model)
Sortable = TypeVar("Sortable", bound=QuerySet[Any])
# Sort columns of a list by their name in the query string. A column that may be empty is an
# expression, F("…"): rows without a value come last in both directions.
Column = str | F | Func
Orders = Mapping[str, Sequence[Column]]


class Rows(Protocol[Row], Sized, Iterable[Row]):
    """Rows that can be cut into pages: a queryset or a list."""

    @overload
    def __getitem__(self, index: int, /) -> Row: ...
    @overload
    def __getitem__(self, index: slice, /) -> "Rows[Row]": ...


@dataclass(frozen=True)
class IdsFirst(Generic[Loaded]):
    """Rows of a long list: a page reads the ids of its rows, and then `load` reads those rows.

    Otherwise all rows before the page would be sorted and skipped with everything that is shown.
    Past the middle the ids are read from the end. `rows` can also be the ids themselves. `total` is
    the number of rows.
    """

    rows: QuerySet[Any] | Sequence[int]
    load: Callable[[Sequence[int]], Iterable[Loaded]]
    total: int

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self[:])

    @overload
    def __getitem__(self, index: int, /) -> Loaded: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Loaded]: ...
    def __getitem__(self, index: int | slice, /) -> Loaded | list[Loaded]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        first, last, _step = index.indices(self.total)
        ids = self._ids(first, last)
        found = {row.pk: row for row in self.load(ids)}
        return [found[pk] for pk in ids if pk in found]

    def _ids(self, first: int, last: int) -> list[int]:
        if not isinstance(self.rows, QuerySet):
            return list(self.rows[first:last])
        if first <= self.total - last:
            return list(self.rows.values_list("pk", flat=True)[first:last])
        backwards = self.rows.reverse().values_list("pk", flat=True)
        return list(backwards[self.total - last : self.total - first])[::-1]


def page_of(request: HttpRequest, rows: Rows[Row], *, default_size: int = SIZES[0]) -> "Page[Row]":
    """Return the requested page, or the nearest one that exists."""
    size = request.GET.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else default_size)
    return paginator.get_page(request.GET.get("page"))


def in_order(rows: Sortable, order: str, *, orders: Orders, default: str) -> Sortable:
    """Return the rows in an order of `orders`, descending after a minus, else in the default order.

    Equal rows always have the same order.
    """
    if order.removeprefix("-") not in orders:
        order = default
    columns = (*orders[order.removeprefix("-")], "pk")
    return rows.order_by(*(_directed(column, is_down=order.startswith("-")) for column in columns))


def _directed(column: Column, *, is_down: bool) -> str | OrderBy:
    if isinstance(column, str):
        return f"-{column}" if is_down else column
    return column.desc(nulls_last=True) if is_down else column.asc(nulls_last=True)
