"""Start checks: on request, every night, and those that wait for a worker."""

import datetime

from django.db import models
from django.utils import timezone

from accounts.models import Organisation, User
from integrations.availability import usable
from integrations.models import Connection
from integrations.runs import CannotRun, claimable, delete_old, enqueue_run, start
from lib.clock import database_now

from ..models import ReconciliationRun

# The days that every check at night looks back, today included.
NIGHTLY_DAYS = 35
KEPT = datetime.timedelta(days=90)


class CannotCheck(CannotRun):
    """The reason why a check cannot start or continue, as a sentence for users."""


def default_period(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a check without a chosen period."""
    return today - datetime.timedelta(days=NIGHTLY_DAYS), today


def start_check(
    organisation: Organisation,
    *,
    since: datetime.date,
    until: datetime.date,
    by: User | None,
    now: datetime.datetime,
) -> ReconciliationRun:
    """Queue a check; if one is under way, return that one.

    Raises CannotCheck when the connection cannot be used.
    """
    connection = check_usable(Connection.objects.filter(organisation=organisation).first())
    return start(
        ReconciliationRun.objects.filter(connection=connection),
        organisation=organisation,
        connection=connection,
        since=since,
        until=until,
        started_by=by,
        created_at=now,
    )


def check_usable(connection: Connection | None) -> Connection:
    """Return the connection, or raise CannotCheck with what to do first."""
    return usable(connection, refuse=CannotCheck)


def start_nightly_reconciliations(connections: models.QuerySet[Connection]) -> None:
    """Start a check for each connection; one that is under way continues."""
    now, today = database_now(), timezone.localdate()
    since, until = default_period(today)
    for connection in connections.select_related("organisation"):
        delete_old(connection.reconciliation_runs.all(), before=now - KEPT)
        try:
            start_check(connection.organisation, since=since, until=until, by=None, now=now)
        except CannotCheck:
            continue  # paused meanwhile: every page says so


def enqueue_waiting(*, now: datetime.datetime) -> None:
    """Ask a worker for every check that waits for one, or whose worker has died."""
    waiting = claimable(ReconciliationRun.objects.all(), now=now)
    for run_id in waiting.values_list("pk", flat=True):
        enqueue_run(ReconciliationRun, run_id)
