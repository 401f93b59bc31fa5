"""Lists: their order and their pages, as the address asks for them, whatever is written there."""

from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any, Protocol, TypeVar, overload

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest

SIZES = (25, 50, 100, 250)

Row = TypeVar("Row")
Sortable = TypeVar("Sortable", bound=QuerySet[Any])
# What a list can be sorted by, under the names of the address. A column that may be empty is an
# expression, F("…"): rows without a value come last, upwards and downwards.
Column = str | F | Func
Orders = Mapping[str, Sequence[Column]]


class Rows(Protocol[Row], Sized, Iterable[Row]):
    """What can be cut into pages: a query or a list."""

    @overload
    def __getitem__(self, index: int, /) -> Row: ...
    @overload
    def __getitem__(self, index: slice, /) -> "Rows[Row]": ...


def page_of(
    request: HttpRequest, rows: Rows[Row], *, usual_size: int = SIZES[0], count: int | None = None
) -> "Page[Row]":
    """The rows of the page asked for; the nearest one that exists if it does not.

    `count` says how many there are, where that is known already.
    """
    size = request.GET.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else usual_size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def in_order(rows: Sortable, order: str, *, orders: Orders, default: str) -> Sortable:
    """Sorted by a name of `orders`, downwards with a minus before it; else in the default order.

    Rows that are equal always come in the same order.
    """
    if order.removeprefix("-") not in orders:
        order = default
    columns = (*orders[order.removeprefix("-")], "pk")
    return rows.order_by(*(_directed(column, is_down=order.startswith("-")) for column in columns))


def _directed(column: Column, *, is_down: bool) -> str | OrderBy:
    if isinstance(column, str):
        return f"-{column}" if is_down else column
    return column.desc(nulls_last=True) if is_down else column.asc(nulls_last=True)
