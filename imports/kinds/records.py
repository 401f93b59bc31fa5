"""What files of customers, projects, tasks and employees share: one row is one record.

A record is found by its key: a number, a name or an e-mail address. An empty cell leaves what is
stored as it is; nothing is emptied by an import.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from ..cells import Reader
from ..models import ImportedRow, Outcome
from ..names import NewName
from .base import Context, Kind, Plan, ReadRow


class RecordKind(Kind):
    """Files of records."""

    # The field of the key, for the error of a second row with the same key.
    key_field: str

    def existing(self, context: Context) -> Mapping[Any, Any]:
        """Return the stored records by key, loaded."""
        raise NotImplementedError

    def key_of(self, row: ReadRow) -> Any:
        """Return the key of a row; None if there is none."""
        raise NotImplementedError

    def cleaned(self, row: ReadRow, stored: Any, context: Context) -> dict[str, Any]:
        """Return the values to store by attribute; what is wrong goes to the row's errors.

        What a stored record keeps although the file has it otherwise goes to the row's values.
        """
        raise NotImplementedError

    def new(self, row: ReadRow, values: dict[str, Any], context: Context) -> Any:
        """Return an unsaved record."""
        return self.model(organisation=context.organisation, **values)

    def plan(self, rows: list[ReadRow], context: Context) -> list[Plan]:
        stored = self.existing(context)
        return [self._planned(row, stored, context) for row in rows]

    def _planned(self, row: ReadRow, stored: Mapping[Any, Any], context: Context) -> Plan:
        if row.is_left_out:
            return Plan(row, Outcome.LEFT_OUT)
        if row.errors:
            return Plan(row, Outcome.ERROR)
        key = self.key_of(row)
        found = stored.get(key) if key is not None else None
        if key is not None and context.planned.setdefault(key, row.number) != row.number:
            sentence = _("Row %(row)d has the same. Keep one of both.")
            row.errors[self.key_field] = sentence % {"row": context.planned[key]}
        values = {} if row.errors else self.cleaned(row, found, context)
        # The preview shows the row as it will be stored.
        row.values |= {name: value for name, value in values.items() if name in row.values}
        if row.errors:
            return Plan(row, Outcome.ERROR)
        if found is None:
            return Plan(row, Outcome.NEW, target=self.new(row, values, context))
        return self._changed(row, found, values)

    def _changed(self, row: ReadRow, stored: Any, values: dict[str, Any]) -> Plan:
        changes, before = {}, {}
        for name, new in values.items():
            old = getattr(stored, name)
            if old != new and not isinstance(new, NewName):
                changes[name] = (self.shown(name, old), self.shown(name, new))
                before[name] = old
                setattr(stored, name, new)
        if not changes:
            return Plan(row, Outcome.UNCHANGED, _("the same is there already"), stored)
        about = "; ".join(f"{old or '–'} → {new or '–'}" for old, new in changes.values())
        return Plan(row, Outcome.CHANGED, about, stored, changes, before)

    def shown(self, name: str, value: Any) -> str:
        """Return a value as the preview shows it."""
        reader = next((one.reader for one in self.fields() if one.name == name), Reader())
        return reader.shown(value)

    def store(self, plans: list[Plan], context: Context) -> list[ImportedRow]:
        self.store_new([plan for plan in plans if plan.outcome == Outcome.NEW], context)
        changed = [plan for plan in plans if plan.outcome == Outcome.CHANGED]
        self.store_changed(changed, {name for plan in changed for name in plan.changes}, context)
        return [self.record(plan, context) for plan in plans]

    def store_new(self, plans: list[Plan], context: Context) -> None:
        """Store the new records."""
        self.model.objects.bulk_create([plan.target for plan in plans])

    def store_changed(self, plans: list[Plan], names: Iterable[str], context: Context) -> None:
        """Store the changed fields of records."""
        if plans:
            self.model.objects.bulk_update([plan.target for plan in plans], sorted(names))
