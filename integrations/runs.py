"""Long runs that one worker at a time carries out: an import, a reconciliation, many invoices.

A run is a row that is queued, claimed, kept alive with a heartbeat, and ended. A run whose
heartbeat is too old lost its worker, and the next worker resumes it. `attempts` is also the
fencing number: a worker whose run was taken over can write nothing more to it. The moments are of
the clock of the database (`lib/clock.py`): to a worker that is an hour behind, the run of another
one that died would still live.
"""

import datetime
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

import structlog
from django.db import (
    IntegrityError,
    OperationalError,
    connection,
    connections,
    models,
    transaction,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Organisation, User
from lib.dispatch import enqueue
from lib.stored_texts import TranslatedTextField, in_every_language

# No step of a run takes that long: the worker of an older heartbeat has died.
ABANDONED_AFTER = datetime.timedelta(minutes=5)

log = structlog.get_logger(__name__)
# The name of a second connection to the same database.
BESIDE = "beside"

Clock = Callable[[], datetime.datetime]


class CannotRun(Exception):
    """The reason why a run cannot start or continue, as a sentence for users."""


class Lost(Exception):
    """Another worker holds the run now."""


class RunState(models.TextChoices):
    """The progress of a run."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    INCOMPLETE = "incomplete", _("Incomplete")
    FAILED = "failed", _("Failed")


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


class Run(models.Model):
    """A long run of an organisation. A subclass says which task carries it out."""

    # The full name of the task, which takes the id of the run.
    TASK: ClassVar[str]
    # After this number of dead workers a run fails, so that it does not block later runs.
    MAX_ATTEMPTS: ClassVar[int]
    # The text of that failure, with %(count)s.
    INTERRUPTED: ClassVar[Any]
    # What its worker reads with the run.
    RELATED: ClassVar[tuple[str, ...]] = ("organisation", "connection", "started_by")
    # Fields that are reset when the run ends.
    AT_END: ClassVar[Mapping[str, object]] = {}

    organisation: Organisation | models.ForeignKey[Any, Any]

    state = models.CharField(max_length=10, choices=RunState, default=RunState.QUEUED)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(null=True)
    # The number of workers that claimed it.
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # Why it failed or is incomplete: a sentence.
    problem = TranslatedTextField(blank=True)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_nightly(self) -> bool:
        return self.started_by_id is None

    @property
    def is_over(self) -> bool:
        return self.state not in UNDER_WAY


R = TypeVar("R", bound=Run)


# --- Starting -------------------------------------------------------------------------------------


def start(runs: models.QuerySet[R], **values: Any) -> R:
    """Return the run that is under way among `runs`, else a new one with these values.

    A unique constraint of the model lets one of two requests create it. A worker is asked for it.
    """
    under_way = runs.filter(state__in=UNDER_WAY)
    with transaction.atomic():
        run = under_way.first() or _create(runs, values) or under_way.get()
        enqueue_run(runs.model, run.pk)
    return run


def _create(runs: models.QuerySet[R], values: dict[str, Any]) -> R | None:
    """Create a run; return None when another request created one first."""
    try:
        with transaction.atomic():
            return runs.create(**values)
    except IntegrityError:
        return None


def enqueue_run(model: type[R], run_id: int) -> None:
    """Ask a worker, after the commit, to carry out a run."""
    enqueue(model.TASK, run_id)


def claimable(runs: models.QuerySet[R], *, now: datetime.datetime) -> models.QuerySet[R]:
    """Return runs that wait for a worker, and runs whose worker has died."""
    abandoned = models.Q(state=RunState.RUNNING, heartbeat_at__lt=now - ABANDONED_AFTER)
    return runs.filter(models.Q(state=RunState.QUEUED) | abandoned)


def delete_old(runs: models.QuerySet[R], *, before: datetime.datetime) -> None:
    """Delete runs that were created before a moment, unless they are under way."""
    runs.filter(created_at__lt=before).exclude(state__in=UNDER_WAY).delete()


# --- Carrying out ---------------------------------------------------------------------------------


def carry_out(model: type[R], run_id: int, work: Callable[[R], None], *, clock: Clock) -> None:
    """Claim a run and do its work, in the language of the person who reads the result.

    Does nothing when another worker holds the run. CannotRun ends it as failed, with the reason.
    `clock` is that of the database.
    """
    run = claim_run(model, run_id, now=clock())
    if run is None:
        return
    reader = run.started_by or run.organisation
    with override(reader.language), suppress(Lost):
        try:
            _check_attempts(run)
            work(run)
        except CannotRun as reason:
            end(run, RunState.FAILED, now=clock(), problem=reason.args[0])


def _check_attempts(run: Run) -> None:
    if run.attempts > run.MAX_ATTEMPTS:
        raise CannotRun(in_every_language(lambda: run.INTERRUPTED % {"count": run.MAX_ATTEMPTS}))


def claim_run(model: type[R], run_id: int, *, now: datetime.datetime) -> R | None:
    """Claim the run for this worker. None when another worker holds it or it is over."""
    runs = model._default_manager.all()
    claimed = claimable(runs, now=now).filter(pk=run_id)
    if not claimed.update(
        state=RunState.RUNNING, heartbeat_at=now, attempts=models.F("attempts") + 1
    ):
        return None
    return runs.select_related(*model.RELATED).get(pk=run_id)


def beat(run: Run, *, now: datetime.datetime, **values: Any) -> None:
    """Store progress, and show that this worker lives.

    Raises Lost when another worker has taken over the run. In a transaction the row stays locked
    until its end.
    """
    held = type(run)._default_manager.filter(
        pk=run.pk, state=RunState.RUNNING, attempts=run.attempts
    )
    if not held.update(heartbeat_at=now, **values):
        raise Lost


def beat_beside(run: Run, *, now: datetime.datetime, **values: Any) -> None:
    """Store progress during a long transaction, and let everybody see it before the commit.

    It takes a connection of its own for one statement. SQLite has one writer, which is the
    transaction: there, nothing is stored, and nobody can take over the run either. Whether the run
    is still held is not decided here: the transaction ends with `end`, which raises Lost. Without
    a second connection the work goes on, and shows nothing.
    """
    if connection.vendor == "sqlite":
        return
    connections[BESIDE] = beside = connection.copy(alias=BESIDE)
    try:
        held = type(run)._default_manager.using(BESIDE).filter(pk=run.pk, attempts=run.attempts)
        held.filter(state=RunState.RUNNING).update(heartbeat_at=now, **values)
    except OperationalError as error:
        log.warning("run.progress_not_stored", run=run.pk, error=type(error).__name__)
    finally:
        beside.close()
        del connections[BESIDE]


def end(
    run: Run, state: RunState, *, now: datetime.datetime, problem: str = "", **values: Any
) -> None:
    """End the run; `problem` says why it failed or is incomplete."""
    beat(run, now=now, state=state, ended_at=now, problem=problem, **run.AT_END, **values)
