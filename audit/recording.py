"""Record what is done, in the transaction that does it, with one query.

Domain functions call `record` after their change. What one action does to several rows is one entry
with `rows`; `as_one` makes that of what functions within it record.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypedDict, Unpack

from django.db import models, transaction
from django.utils import timezone

from lib.tenancy import every_organisation

from . import origin
from .changes import Changes, as_stored
from .kinds import Action, Kind, retention_of
from .models import LONGEST_LABEL, Entry

# Somebody is not named: the person of the request.
OF_REQUEST: Any = object()
# Labels of more rows are not stored: their names are looked up when somebody opens the entry.
MOST_LABELS = 200
AT_ONCE = 500
# So many rows of an entry without a label of its own name it.
NAMED = 2


@dataclass(frozen=True)
class Rows:
    """Rows of one type that an action changed alike.

    `labels` say what they were called, for rows that may be gone later.
    """

    model: type[models.Model]
    ids: Sequence[int]
    changes: Changes = field(default_factory=dict)
    labels: Sequence[str] = ()

    def stored(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": self.model._meta.label_lower,
            "ids": list(self.ids),
            "changes": self.changes,
        }
        if self.labels:
            found["labels"] = list(self.labels)[:MOST_LABELS]
        return found


@dataclass(frozen=True)
class NotRecorded(Exception):
    """A change was to be recorded outside the transaction that makes it."""

    what: str


_gathered: ContextVar[list[Entry] | None] = ContextVar("audit_gathered", default=None)


class Whose(TypedDict, total=False):
    """What an entry says besides its kind, its action and its object.

    `organisation` (a row or an id) is needed where the object has none. `by` is a member or a user,
    or None for the program; without it, the person of the request.
    """

    organisation: Any
    label: str
    note: str
    by: Any


class About(Whose, total=False):
    """The same with what changed, or with the rows that were touched."""

    changes: Changes
    rows: Iterable[Rows]


def record(
    kind: Kind, action: Action | str, on: models.Model | None = None, **about: Unpack[About]
) -> None:
    """Record an action on an object. Must run in the transaction of the action."""
    store([entry(kind, action, on, **about)])


def record_rows(
    kind: Kind, action: Action | str, rows: Sequence[Rows], **about: Unpack[Whose]
) -> None:
    """Record an action on several rows as one entry; one row is named as what it is about."""
    if not rows:
        return
    first, *others = rows
    if others or len(first.ids) > 1:
        record(kind, action, rows=rows, **about)
        return
    about.setdefault("label", first.labels[0] if first.labels else "")
    record(kind, action, first.model(pk=first.ids[0]), changes=first.changes, **about)


def record_changes(
    kind: Kind,
    on: models.Model,
    changes: Changes,
    *,
    action: Action = Action.CHANGED,
    **about: Unpack[Whose],
) -> None:
    """Record that fields of an object changed; nothing if none did."""
    if changes:
        record(kind, action, on, changes=changes, **about)


def entry(
    kind: Kind, action: Action | str, on: models.Model | None = None, **about: Unpack[About]
) -> Entry:
    """Return an entry that is not stored yet."""
    whence = origin.current()
    touched = [one.stored() for one in about.get("rows", ())]
    made = Entry(
        organisation_id=_organisation_id(about.get("organisation"), on),
        at=timezone.now(),
        kind=kind,
        action=action,
        retention=retention_of(kind),
        user_id=_user_id(about.get("by", OF_REQUEST), whence),
        job=whence.job,
        address=whence.address()[:45],
        user_agent=whence.user_agent[: origin.LONGEST_AGENT],
        request_id=whence.request_id,
        object_type=on._meta.label_lower if on is not None else _type_of(touched),
        object_id=on.pk if on is not None else None,
        label=_label(about.get("label") or _name_of(on), touched),
        note=str(about.get("note", "")),
        changes=about.get("changes") or _changes_of(touched),
        rows=touched,
        row_count=sum(len(one["ids"]) for one in touched),
    )
    made.words = _words(made)
    return made


def store(entries: Iterable[Entry]) -> None:
    """Store entries with one query for five hundred; or hand them to `as_one`. Raises NotRecorded.

    Outside a transaction an entry could exist without its change, or a change without its entry.
    """
    entries = list(entries)
    if not entries:
        return
    gathered = _gathered.get()
    if gathered is not None:
        gathered += entries
        return
    if not transaction.get_connection().in_atomic_block:
        raise NotRecorded(f"{entries[0].kind} {entries[0].action}")
    # Who logs in has no organisation yet, and a person works at several.
    with every_organisation():
        Entry.objects.bulk_create(entries, batch_size=AT_ONCE)


@contextmanager
def as_one(kind: Kind, action: Action | str, **about: Unpack[About]) -> Iterator[None]:
    """Record what is recorded within as one entry with a row for each; a single one as it is."""
    found: list[Entry] = []
    token = _gathered.set(found)
    try:
        yield
    finally:
        _gathered.reset(token)
    if len(found) < 2:
        store(found)
        return
    about.setdefault("organisation", found[0].organisation_id)
    made = entry(kind, action, **about)
    made.user_id = found[0].user_id
    made.rows = [row for one in found for row in _as_rows(one)]
    made.row_count = sum(len(row["ids"]) for row in made.rows)
    made.label = _label(made.label, made.rows)
    made.object_type = made.object_type or _type_of(made.rows)
    made.changes = made.changes or _changes_of(made.rows)
    made.words = _words(made)
    store([made])


def _as_rows(one: Entry) -> list[dict[str, Any]]:
    """Return what an entry is about as rows of another one."""
    if one.rows:
        return list(one.rows)
    about = {"type": one.object_type, "ids": [one.object_id], "labels": [one.label]}
    return [{**about, "changes": one.changes}]


def _name_of(on: models.Model | None) -> str:
    """Return what a row is called; nothing for one that only has its id."""
    return "" if on is None or (on._state.adding and on.pk) else str(on)


def _type_of(touched: Sequence[dict[str, Any]]) -> str:
    """Return the type of the rows, if all are of one."""
    types = {one["type"] for one in touched}
    return str(types.pop()) if len(types) == 1 else ""


def _changes_of(touched: Sequence[dict[str, Any]]) -> Changes:
    """Return what changed in each row, if that is the same in all."""
    first: Changes = touched[0]["changes"] if touched else {}
    return first if all(one["changes"] == first for one in touched) else {}


def _label(label: str, touched: Sequence[dict[str, Any]]) -> str:
    """Return the label; without one, what the first rows are called."""
    names = islice((one for group in touched for one in group.get("labels", ()) if one), NAMED)
    return (label or ", ".join(names))[:LONGEST_LABEL]


def _organisation_id(organisation: Any, on: models.Model | None) -> int:
    if organisation is None:
        organisation = on.organisation_id  # type: ignore[union-attr]
    return int(getattr(organisation, "pk", organisation))


def _user_id(by: Any, whence: origin.Origin) -> int | None:
    if by is OF_REQUEST:
        return whence.user_id()
    if by is None:
        return None
    found: int | None = by.user_id if hasattr(by, "user_id") else by.pk
    return found


def _words(made: Entry) -> str:
    """Return what the search finds the entry by."""
    labels = [label for group in made.rows for label in group.get("labels", ())[:MOST_LABELS]]
    values = [
        str(as_stored(value))
        for pair in made.changes.values()
        for value in pair
        if value not in (None, "", True, False)
    ]
    return " ".join(filter(None, [made.label, made.note, *values, *labels[:MOST_LABELS]]))
