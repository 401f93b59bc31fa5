"""Pages of a list: the page and its size come from the address, whatever is written there."""

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

SIZES = (25, 50, 100)
Row = TypeVar("Row", bound=Model)


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> "Page[Row]":
    """The rows of the page asked for; the nearest one that exists if it does not."""
    wanted = request.GET.get("size", "")
    size = int(wanted) if wanted in map(str, SIZES) else SIZES[0]
    return Paginator(rows, size).get_page(request.GET.get("page"))
