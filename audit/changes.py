"""What differs between before and after, as it is stored in an entry; never a secret."""

import datetime
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Self

from django.db import models

Changes = dict[str, list[Any]]

# Of these fields an entry says that they changed, and shows dots.
SECRET = re.compile(
    r"code_?[12]|securitycode|password|secret|token|session|credential", re.IGNORECASE
)
DOTS = "••••••"
LONGEST_VALUE = 2000


class KeepsLoaded(models.Model):
    """A model whose rows remember the values that they were loaded with; that costs no query."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any
    ) -> Self:
        row = super().from_db(db, field_names, values, **options)
        row._loaded = (list(field_names), list(values))
        return row

    def save(self, *args: Any, **options: Any) -> None:
        super().save(*args, **options)
        if loaded := self.__dict__.get("_loaded"):
            stored = options.get("update_fields")
            names = [self._meta.get_field(name).attname for name in stored or ()]  # type: ignore[union-attr]
            fresh = {name: self.__dict__.get(name) for name in names or loaded[0]}
            merged = dict(zip(*loaded, strict=True)) | fresh
            self._loaded = (list(merged), list(merged.values()))

    def before(self, name: str) -> Any:
        """Return the value of a field when the row was loaded or stored; None for a new row."""
        column = self._meta.get_field(name).attname  # type: ignore[union-attr]
        for loaded, value in zip(*self.__dict__.get("_loaded", ((), ())), strict=True):
            if loaded == column:
                return value
        return None if self._state.adding else getattr(self, column)


def differences(row: models.Model, values: Mapping[str, Any]) -> Changes:
    """Return what changes if the row gets these values; it still has the old ones.

    A row that was loaded by a form has what was typed already, so that what it was loaded with
    counts. A related row that was there before is read, if it changed and is not loaded: its name.
    """
    found: Changes = {}
    for name, after in values.items():
        if isinstance(row._meta.get_field(name), models.ManyToManyField):
            continue
        before = row.before(name) if isinstance(row, KeepsLoaded) else _own(row, name)
        found |= change(name, _key(before), _key(after), shown=_shown(row, name, before, after))
    return found


def contents(row: models.Model, names: Iterable[str]) -> Changes:
    """Return the filled fields of a new row, with nothing before."""
    found: Changes = {}
    for name in names:
        if isinstance(row._meta.get_field(name), models.ManyToManyField):
            continue
        after = getattr(row, name)
        if after not in (None, ""):
            found |= change(name, None, as_stored(after))
    return found


def change(name: str, before: Any, after: Any, *, shown: tuple[Any, Any] | None = None) -> Changes:
    """Return the change of one field; nothing if both are the same. `shown` is what is stored."""
    if as_stored(before) == as_stored(after):
        return {}
    if SECRET.search(name):
        return {name: [DOTS if before else "", DOTS if after else ""]}
    pair = shown or (before, after)
    return {name: [as_stored(one) for one in pair]}


def as_stored(value: Any) -> Any:
    """Return a value as JSON has it: numbers of money as text, related rows by their name."""
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set):
        return ", ".join(str(as_stored(one)) for one in value)
    return str(value)[:LONGEST_VALUE]


def _own(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def _shown(row: models.Model, name: str, before: Any, after: Any) -> tuple[Any, Any] | None:
    """Return the names of related rows that differ; None for another field."""
    field = row._meta.get_field(name)
    if not isinstance(field, models.ForeignKey) or _key(before) == _key(after):
        return None
    loaded = (row._state.fields_cache.get(field.name), after)
    known = {one.pk: one for one in loaded if isinstance(one, models.Model)}
    return _name(field, before, known), _name(field, after, known)


def _name(field: "models.ForeignKey[Any, Any]", value: Any, known: Mapping[Any, Any]) -> Any:
    key = _key(value)
    if key is None:
        return None
    found = known.get(key) or field.related_model._base_manager.filter(pk=key).first()
    return str(found or f"#{key}")
