"""Imports that start by schedule: one every night, and every run that lost its worker."""

import datetime

from integrations.models import Connection
from integrations.nightly import next_night
from integrations.runs import claimable, delete_old

from .import_runs import CannotImport, start_import
from .models import ImportMode, ImportRun

KEPT = datetime.timedelta(days=30)


def start_due_imports(*, now: datetime.datetime) -> list[int]:
    """Queue the imports that are due. Returns the ids of all runs that need a worker."""
    for connection in _due(now):
        if _claim_night(connection, now=now):
            _start(connection, now=now)
    waiting = claimable(ImportRun.objects.all(), now=now)
    return list(waiting.values_list("pk", flat=True))


def _due(now: datetime.datetime) -> list[Connection]:
    return list(
        Connection.objects.filter(
            is_active=True, nightly_import=True, paused_at=None, next_import_at__lte=now
        ).select_related("organisation")
    )


def _claim_night(connection: Connection, *, now: datetime.datetime) -> bool:
    """Return True in the one process that may start tonight's import."""
    return bool(
        Connection.objects.filter(
            pk=connection.pk, next_import_at=connection.next_import_at
        ).update(next_import_at=next_night(connection.organisation_id, now=now))
    )


def _start(connection: Connection, *, now: datetime.datetime) -> None:
    organisation = connection.organisation
    delete_old(organisation.import_runs.all(), before=now - KEPT)
    try:
        start_import(organisation, mode=ImportMode.UPDATE, by=None, now=now)
    except CannotImport:
        return  # no codes: the settings page says so
