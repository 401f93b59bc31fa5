"""Imports as rows that one worker at a time holds: starting, claiming, keeping and ending them."""

import datetime

from django.db import IntegrityError, models, transaction

from accounts.models import Organisation, User
from integrations.availability import usable
from integrations.models import Connection
from lib.dispatch import enqueue

from .models import ImportRun, ImportState

# No step of an import takes that long: whoever held the run has died.
ABANDONED_AFTER = datetime.timedelta(minutes=5)
MAX_ATTEMPTS = 4
UNDER_WAY = (ImportState.QUEUED, ImportState.RUNNING)


class CannotImport(Exception):
    """Why an import cannot start or go on; its text is for people."""


class Lost(Exception):
    """Another worker holds the run now."""


def start_import(
    organisation: Organisation, *, mode: str, by: User | None, now: datetime.datetime
) -> ImportRun:
    """Queues an import and rings for it; while one is under way that one is given.

    Raises CannotImport when the connection is not fit for it.
    """
    connection = check_usable(Connection.objects.filter(organisation=organisation).first())
    under_way = organisation.import_runs.filter(state__in=UNDER_WAY)
    with transaction.atomic():
        run = under_way.first() or _queue(organisation, connection, mode=mode, by=by, now=now)
        if run:
            enqueue_import(run.pk)
    return run or under_way.get()


def enqueue_import(run_id: int) -> None:
    """Ask a worker, after the commit, to carry out a run."""
    enqueue("customers.tasks.run_import", run_id)


def _queue(
    organisation: Organisation,
    connection: Connection,
    *,
    mode: str,
    by: User | None,
    now: datetime.datetime,
) -> ImportRun | None:
    """None when somebody else was first."""
    try:
        with transaction.atomic():
            return ImportRun.objects.create(
                organisation=organisation,
                connection=connection,
                mode=mode,
                started_by=by,
                created_at=now,
            )
    except IntegrityError:
        return None


def check_usable(connection: Connection | None) -> Connection:
    """The connection itself; CannotImport, with what to do, unless relations can be read."""
    return usable(connection, refuse=CannotImport)


def claimable(now: datetime.datetime) -> models.Q:
    """Runs that wait, and runs whose worker has died."""
    return models.Q(state=ImportState.QUEUED) | models.Q(
        state=ImportState.RUNNING, heartbeat_at__lt=now - ABANDONED_AFTER
    )


def claim(run_id: int, *, now: datetime.datetime) -> ImportRun | None:
    """The run, for this worker alone; None when another one has it or it is over."""
    claimed = ImportRun.objects.filter(claimable(now), pk=run_id).update(
        state=ImportState.RUNNING, heartbeat_at=now, attempts=models.F("attempts") + 1
    )
    if not claimed:
        return None
    return ImportRun.objects.select_related("organisation", "connection", "started_by").get(
        pk=run_id
    )


def beat(run: ImportRun, *, now: datetime.datetime, **values: object) -> None:
    """Stores progress and shows that we live. Raises Lost when the run was taken over."""
    held = ImportRun.objects.filter(
        pk=run.pk, state=ImportState.RUNNING, heartbeat_at=run.heartbeat_at
    ).update(heartbeat_at=now, **values)
    if not held:
        raise Lost
    run.heartbeat_at = now


def finish(run: ImportRun, *, now: datetime.datetime, error: str = "") -> None:
    """Ends the run; with an error it failed."""
    state = ImportState.FAILED if error else ImportState.FINISHED
    beat(run, now=now, state=state, finished_at=now, error=error)
