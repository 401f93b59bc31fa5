"""The rows that one action changed, for the part of an entry that unfolds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from registrations.models import KINDS
from registrations.naming import NAMED_BY, named

from ..models import Entry
from .words import FieldChange, changes_of

FIRST = 25
Names = dict[tuple[str, int], str]


@dataclass(frozen=True)
class TouchedRow:
    """A row, and what changed in it."""

    name: str
    changes: list[FieldChange]


def rows_of(entry: Entry, *, most: int | None) -> list[TouchedRow]:
    """Return the rows of an entry, at most so many; asks one query for each type of them."""
    groups = list(islice(_each(entry), most))
    names = _names(entry, [(kind, pk) for kind, pk, label, _changes in groups if not label])
    return [
        TouchedRow(
            label or names.get((kind, pk)) or _("deleted since (%(id)s)") % {"id": pk},
            changes_of(kind, changes),
        )
        for kind, pk, label, changes in groups
    ]


def _each(entry: Entry) -> Iterator[tuple[str, int, str, Mapping[str, Any]]]:
    for group in entry.rows:
        labels = group.get("labels", ())
        for place, pk in enumerate(group["ids"]):
            label = labels[place] if place < len(labels) else ""
            yield group["type"], pk, label, group["changes"]


def _names(entry: Entry, wanted: Sequence[tuple[str, int]]) -> Names:
    """Return what rows without a stored label are called now, if they are still there."""
    by_type: dict[str, list[int]] = {}
    for kind, pk in wanted:
        by_type.setdefault(kind, []).append(pk)
    found: Names = {}
    for kind, ids in by_type.items():
        found |= {(kind, pk): name for pk, name in _describe(kind, entry.organisation_id, ids)}
    return found


def _describe(kind: str, organisation_id: int, ids: list[int]) -> Iterator[tuple[int, str]]:
    try:
        model: Any = apps.get_model(kind)
    except (LookupError, ValueError):
        return
    rows = model._default_manager.filter(organisation=organisation_id, pk__in=ids)
    if model in KINDS.values():
        for pk, *about in rows.values_list("pk", *NAMED_BY):
            yield pk, named(*about)
        return
    for row in rows:
        yield row.pk, str(row)
