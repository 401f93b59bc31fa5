"""Store and remove tasks, expense categories, vehicles and trip settings."""

from collections.abc import Iterable

from django.db import models, transaction

from .models import ExpenseCategory, Task, TripSettings, Vehicle

Entry = Task | ExpenseCategory | Vehicle


def store(row: Entry | TripSettings, *, fields: Iterable[str]) -> None:
    """Store a new row, or only these fields of an existing one."""
    if row.pk is None:
        row.save(force_insert=True)
    else:
        row.save(update_fields=list(fields))


def remove(row: Entry) -> bool:
    """Delete a row and return True; deactivate it and return False if something refers to it."""
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError:
        type(row).objects.filter(pk=row.pk).update(is_active=False)
        return False
    return True
