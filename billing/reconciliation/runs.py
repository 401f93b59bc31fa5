"""Checks as rows that one worker at a time holds: starting, claiming, keeping and ending them."""

import datetime

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import Organisation, User
from integrations.availability import usable
from integrations.models import Connection
from lib.dispatch import enqueue

from ..models import ReconciliationRun, RunState
from ..models.reconciliation import UNDER_WAY

# The days that every check at night looks back, today included.
NIGHTLY_DAYS = 35
# No question takes that long: whoever held the check has died.
ABANDONED_AFTER = datetime.timedelta(minutes=5)
MAX_ATTEMPTS = 3
KEPT = datetime.timedelta(days=90)


class CannotCheck(Exception):
    """Why a check cannot start or go on; its text is for people."""


class Lost(Exception):
    """Another worker holds the check now."""


def default_period(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day that a check looks at, unless somebody chose others."""
    return today - datetime.timedelta(days=NIGHTLY_DAYS), today


def start_check(
    organisation: Organisation,
    *,
    since: datetime.date,
    until: datetime.date,
    by: User | None,
    now: datetime.datetime,
) -> ReconciliationRun:
    """Queues a check and rings for it; while one is under way that one is given.

    Raises CannotCheck when the connection cannot be asked.
    """
    connection = check_usable(Connection.objects.filter(organisation=organisation).first())
    under_way = connection.reconciliation_runs.filter(state__in=UNDER_WAY)
    run = under_way.first()
    if run is None:
        values = {"since": since, "until": until, "started_by": by, "created_at": now}
        try:
            with transaction.atomic():
                run = ReconciliationRun.objects.create(
                    organisation=organisation, connection=connection, **values
                )
        except IntegrityError:  # somebody else was first
            run = under_way.get()
    enqueue_check(run.pk)
    return run


def check_usable(connection: Connection | None) -> Connection:
    """The connection itself; CannotCheck, with what to do, unless e-Boekhouden can be asked."""
    return usable(connection, refuse=CannotCheck)


def enqueue_check(run_id: int) -> None:
    """Ask a worker, after the commit, to carry out a check."""
    enqueue("billing.tasks.run_reconciliation", run_id)


def claimable(now: datetime.datetime) -> models.Q:
    """Checks that wait, and checks whose worker has died."""
    return models.Q(state=RunState.QUEUED) | models.Q(
        state=RunState.RUNNING, heartbeat_at__lt=now - ABANDONED_AFTER
    )


def claim(run_id: int, *, now: datetime.datetime) -> ReconciliationRun | None:
    """The check, for this worker alone; None when another one has it or it is over."""
    claimed = ReconciliationRun.objects.filter(claimable(now), pk=run_id).update(
        state=RunState.RUNNING,
        started_at=now,
        heartbeat_at=now,
        attempts=models.F("attempts") + 1,
    )
    if not claimed:
        return None
    return ReconciliationRun.objects.select_related("organisation", "connection", "started_by").get(
        pk=run_id
    )


def beat(run: ReconciliationRun, *, now: datetime.datetime, **values: object) -> None:
    """Stores progress and shows that we live. Raises Lost when the check was taken over."""
    held = ReconciliationRun.objects.filter(
        pk=run.pk, state=RunState.RUNNING, attempts=run.attempts
    ).update(heartbeat_at=now, **values)
    if not held:
        raise Lost


def end(
    run: ReconciliationRun,
    state: RunState,
    *,
    now: datetime.datetime,
    problem: str = "",
    **values: object,
) -> None:
    """Ends the check; `problem` says why it failed or is incomplete."""
    beat(run, now=now, state=state, ended_at=now, part="", problem=problem, **values)


# --- By the clock ---------------------------------------------------------------------------------


def start_nightly_reconciliations(connections: models.QuerySet[Connection]) -> None:
    """One check for each connection that can be asked; what is under way goes on."""
    now, today = timezone.now(), timezone.localdate()
    since, until = default_period(today)
    for connection in connections.select_related("organisation"):
        connection.reconciliation_runs.filter(created_at__lt=now - KEPT).exclude(
            state__in=UNDER_WAY
        ).delete()
        try:
            start_check(connection.organisation, since=since, until=until, by=None, now=now)
        except CannotCheck:
            continue  # paused meanwhile: every page says so


def enqueue_waiting(*, now: datetime.datetime) -> None:
    """Rings for every check that nobody heard of, or whose worker has died."""
    for run_id in ReconciliationRun.objects.filter(claimable(now)).values_list("pk", flat=True):
        enqueue_check(run_id)
