"""Store and remove tasks, expense categories, vehicles and trip settings."""

from collections.abc import Iterable

from django.db import models, transaction

from audit.changes import contents, differences
from audit.kinds import Action, Kind
from audit.recording import entry, record, record_changes
from audit.recording import store as record_entries

from .models import ExpenseCategory, Task, TripSettings, Vehicle

Entry = Task | ExpenseCategory | Vehicle


@transaction.atomic
def store(row: Entry | TripSettings, *, fields: Iterable[str]) -> None:
    """Store a new row, or only these fields of an existing one."""
    names = list(fields)
    kind = Kind.SETTINGS if isinstance(row, TripSettings) else Kind.CATALOGUE
    if row.pk is None:
        row.save(force_insert=True)
        record(kind, Action.ADDED, row, changes=contents(row, names))
    else:
        changes = differences(row, {name: getattr(row, name) for name in names})
        row.save(update_fields=names)
        record_changes(kind, row, changes)


def remove(row: Entry) -> bool:
    """Delete a row and return True; deactivate it and return False if something refers to it."""
    try:
        with transaction.atomic():
            gone = entry(Kind.CATALOGUE, Action.DELETED, row)
            row.delete()
            record_entries([gone])
    except models.ProtectedError:
        with transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(is_active=False)
            record(Kind.CATALOGUE, Action.DEACTIVATED, row)
        return False
    return True
