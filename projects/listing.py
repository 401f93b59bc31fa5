"""One page of a list, in the order that the address asks for: `order`, `size` and `page`."""

from collections.abc import Mapping

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.db.models.expressions import BaseExpression
from django.http import QueryDict

SIZES = (25, 50, 100, 250)
USUAL_SIZE = 50
Columns = Mapping[str, BaseExpression | F]


def page_of(rows: QuerySet, query: QueryDict, *, columns: Columns, default: str) -> Page:
    """The page that is asked for, else the first or the last; unknown wishes are ignored."""
    order = query.get("order") or default
    rows = ordered(rows, order if order.removeprefix("-") in columns else default, columns=columns)
    size = query.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else USUAL_SIZE)
    return paginator.get_page(query.get("page"))


def ordered(rows: QuerySet, order: str, *, columns: Columns) -> QuerySet:
    """By a column, descending with a `-`; rows without a value last, equal ones always the same."""
    column = columns[order.removeprefix("-")]
    if order.startswith("-"):
        return rows.order_by(column.desc(nulls_last=True), "-pk")
    return rows.order_by(column.asc(nulls_last=True), "pk")
