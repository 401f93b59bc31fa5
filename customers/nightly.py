"""The imports that start by themselves: every night one, and whatever was left waiting."""

import datetime

from integrations.models import Connection
from integrations.nightly import next_night

from .import_runs import UNDER_WAY, CannotImport, claimable, start_import
from .models import ImportMode, ImportRun

KEPT = datetime.timedelta(days=30)


def start_due_imports(*, now: datetime.datetime) -> list[int]:
    """Queues what is due, and gives every run that waits for a worker or lost its own."""
    for connection in _due(now):
        if _claim_night(connection, now=now):
            _start(connection, now=now)
    return list(ImportRun.objects.filter(claimable(now)).values_list("pk", flat=True))


def _due(now: datetime.datetime) -> list[Connection]:
    return list(
        Connection.objects.filter(
            is_active=True, nightly_import=True, paused_at=None, next_import_at__lte=now
        ).select_related("organisation")
    )


def _claim_night(connection: Connection, *, now: datetime.datetime) -> bool:
    """True for the one process that may start this night's import."""
    return bool(
        Connection.objects.filter(
            pk=connection.pk, next_import_at=connection.next_import_at
        ).update(next_import_at=next_night(connection.organisation_id, now=now))
    )


def _start(connection: Connection, *, now: datetime.datetime) -> None:
    organisation = connection.organisation
    old = organisation.import_runs.filter(created_at__lt=now - KEPT)
    old.exclude(state__in=UNDER_WAY).delete()
    try:
        start_import(organisation, mode=ImportMode.UPDATE, by=None, now=now)
    except CannotImport:
        return  # no codes: the settings page says so
