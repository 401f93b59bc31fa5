"""Order and pages of a list, from the query string; invalid values get the default."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any, Protocol, TypeVar, overload

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

SIZES = (25, 50, 100, 250)

Row = TypeVar("Row")
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


def page_of(
    request: HttpRequest, rows: Rows[Row], *, default_size: int = SIZES[0], count: int | None = None
) -> "Page[Row]":
    """Return the requested page, or the nearest one that exists.

    `count` is the total number of rows, if it is already known.
    """
    size = request.GET.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else default_size)
    if count is not None:
        paginator.count = count
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
