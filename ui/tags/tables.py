"""Lists: sortable headers, filter chips and pagination, all stored in the query string."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template import Context

from lib.paging import SIZES
from lib.picker_fields import PicksSeveral
from lib.seeking import PARAMETERS, SeekPage

from .pickers import chip_context


def address_with(request: HttpRequest, **changes: object) -> str:
    """Return the query string with changed values; None removes one. Starts with `?`."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def sort_header(
    context: Context, label: str, key: str, css: str = "", default: str = ""
) -> dict[str, object]:
    """A column header that sorts: first ascending, then descending. `default` is the default order.

    The parameter is `order`; `order=-date` is descending.
    """
    request = context["request"]
    current = request.GET.get("order") or default
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    following = f"-{key}" if direction == "ascending" else key
    return {
        "label": label,
        "key": key,
        "css": css,
        "direction": direction,
        "url": address_with(request, order=following, **dict.fromkeys(PARAMETERS)),
    }


def pagination(context: Context, page: "Page[Any]") -> dict[str, object]:
    """The foot of a list: n of m results, page size (`size`), previous and next (`page`)."""
    request = context["request"]
    first, last = page.start_index(), page.end_index()
    return {
        "page": page,
        "first": first,
        "last": last,
        "total": page.paginator.count,
        "sizes": sorted({*SIZES, page.paginator.per_page}),
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in ("page", "size")
            for value in values
        ],
        "previous": address_with(request, page=page.previous_page_number())
        if page.has_previous()
        else "",
        "next": address_with(request, page=page.next_page_number()) if page.has_next() else "",
    }


def seek_pagination(
    context: Context, page: SeekPage, total: int | None = None
) -> dict[str, object]:
    """The foot of a long list, of which only the neighbours of a page are known.

    `total` is None while nobody counted; the element #result-total receives it later.
    """
    request = context["request"]
    nowhere = dict.fromkeys(PARAMETERS)
    return {
        "page": page,
        "per_page": page.size,
        "total": total,
        "sizes": sorted({*SIZES, page.size}),
        "kept": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in (*PARAMETERS, "size")
            for value in values
        ],
        "at_start": address_with(request, **nowhere) if page.previous else "",
        "previous": address_with(request, **nowhere | page.previous) if page.previous else "",
        "next": address_with(request, **nowhere | page.next) if page.next else "",
        "at_end": address_with(request, **nowhere | {"before": ""}) if page.next else "",
    }


def filter_chip(
    bound: BoundField, label: str = "", *, find: bool | None = None, bare: bool = False
) -> dict[str, object]:
    """A filter as a chip with a menu: check boxes for several values, radio buttons for one.

    The chip shows the choice: `Status: not invoiced + 1`. `find` adds a search box, by default for
    more than eight options. `bare` hides the label if a value is chosen. Rows of a picker's source
    are fetched when the menu opens.
    """
    if isinstance(bound.field, PicksSeveral):
        return chip_context(bound, label=label, bare=bare)
    chosen = _chosen(bound)
    options = [
        {"value": str(value), "label": text, "on": str(value) in chosen}
        for value, text in _flat(getattr(bound.field, "choices", ()))
    ]
    labels = [str(option["label"]) for option in options if option["on"] and option["value"]]
    return {
        "bound": bound,
        "bare": bare,
        "label": label or bound.label,
        "options": options,
        "several": bound.field.widget.allow_multiple_selected,
        "text": f"{labels[0]} + {len(labels) - 1}" if labels[1:] else "".join(labels),
        "find": len(options) > 8 if find is None else find,
    }


def _chosen(bound: BoundField) -> set[str]:
    value = bound.value()
    values = value if isinstance(value, list | tuple) else [value]
    return {str(one) for one in values if one is not None} or {""}


def _flat(choices: Iterable[tuple[Any, Any]]) -> list[tuple[object, object]]:
    flat: list[tuple[object, object]] = []
    for value, text in choices:
        flat += list(text) if isinstance(text, list | tuple) else [(value, text)]
    return flat
