"""The jobs of the schedule: when each runs, and what became of its latest run."""

import datetime
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from celery import current_app
from celery.schedules import crontab
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .models import JobRun

TITLES = {
    "send-heartbeat": gettext_lazy("Call the heartbeat address"),
    "watch-installation": gettext_lazy("Look at the installation"),
    "sweep-bookings": gettext_lazy("Take up bookings that wait"),
    "sweep-invoicing": gettext_lazy("Take up confirmations that wait"),
    "start-due-imports": gettext_lazy("Start the nightly imports of customers"),
    "fetch-payments": gettext_lazy("Fetch payments from e-Boekhouden"),
    "sweep-payments": gettext_lazy("Take up payments that wait"),
    "start-nightly-reconciliations": gettext_lazy("Compare bookings with e-Boekhouden"),
    "sweep-reconciliations": gettext_lazy("Take up comparisons that wait"),
    "start-due-reminders": gettext_lazy("Send reminders that are due"),
    "sweep-reminders": gettext_lazy("Take up reminders that wait"),
    "complete-archive": gettext_lazy("Store the files of final invoices"),
    "plan-scheduled-amounts": gettext_lazy("Plan subscriptions and instalments"),
    "mail-decisions": gettext_lazy("Mail what was approved and rejected"),
    "warn-of-budgets": gettext_lazy("Warn about budgets"),
    "send-account-mails": gettext_lazy("Send mails about accounts"),
    "purge-sessions": gettext_lazy("Delete expired sessions"),
    "purge-kept-uploads": gettext_lazy("Delete uploads that nobody saved"),
    "sweep-file-imports": gettext_lazy("Take up imports of files that wait"),
    "purge-drafts-of-imports": gettext_lazy("Delete files that nobody imported"),
    "sweep-exports": gettext_lazy("Take up exports that wait"),
    "purge-old-data": gettext_lazy("Delete what was kept long enough"),
}
# A run of a sweep is recorded once in this time, unless it ended otherwise than the one before.
SELDOM = 60.0  # seconds
# A job may end so much later than it was due.
PATIENCE = datetime.timedelta(hours=1)

log = structlog.get_logger(__name__)
_began: dict[str, float] = {}
_noted: dict[str, tuple[float, str]] = {}


@dataclass(frozen=True)
class Job:
    """A line of the schedule; `next_at` is None for what runs every few minutes."""

    title: str
    when: str
    run: JobRun | None
    next_at: datetime.datetime | None
    # Whether it ran before, and not since it was last due.
    is_missed: bool = False

    @property
    def has_failed(self) -> bool:
        return bool(self.run and self.run.problem)


def jobs(*, now: datetime.datetime) -> list[Job]:
    """Return the lines of the schedule, those of a time of the day first; one query."""
    runs = {run.name: run for run in JobRun.objects.all()}
    found = [
        _job(name, entry["schedule"], runs.get(name), now=now)
        for name, entry in current_app.conf.beat_schedule.items()
    ]
    return sorted(found, key=lambda one: (one.next_at is None, one.next_at or now, one.title))


def _job(name: str, schedule: Any, run: JobRun | None, *, now: datetime.datetime) -> Job:
    title = str(TITLES[name])
    if not isinstance(schedule, crontab):
        return Job(title, _every(int(schedule)), run, next_at=None)
    moments = list(_moments(schedule, now=now))
    next_at = next(one for one in moments if one > now)
    due_at = next(one for one in reversed(moments) if one <= now - PATIENCE)
    is_missed = run is not None and run.ended_at < due_at
    return Job(title, _at(schedule), run, next_at=next_at, is_missed=is_missed)


def _moments(schedule: crontab, *, now: datetime.datetime) -> Iterator[datetime.datetime]:
    """Yield when it is due, from yesterday to tomorrow; it has an hour and a minute only."""
    zone = ZoneInfo(settings.CELERY_TIMEZONE)
    today = now.astimezone(zone).date()
    hours, minutes = _hours_and_minutes(schedule)
    for days in (-1, 0, 1):
        day = today + datetime.timedelta(days=days)
        for hour in hours:
            for minute in minutes:
                yield datetime.datetime.combine(day, datetime.time(hour, minute), zone)


def _hours_and_minutes(schedule: crontab) -> tuple[list[int], list[int]]:
    known = vars(schedule)  # the type of Celery does not name them
    return sorted(known["hour"]), sorted(known["minute"])


def _every(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if rest:
        text = ngettext("every %(n)s second", "every %(n)s seconds", seconds)
        return text % {"n": seconds}
    return ngettext("every minute", "every %(n)s minutes", minutes) % {"n": minutes}


def _at(schedule: crontab) -> str:
    hours, minutes = _hours_and_minutes(schedule)
    if len(hours) == 24:
        return _("every hour, at %(times)s") % {"times": ", ".join(f":{m:02}" for m in minutes)}
    times = [f"{hour}:{minute:02}" for hour in hours for minute in minutes]
    return _("every day, at %(times)s") % {"times": ", ".join(times)}


# --- Recording ------------------------------------------------------------------------------------


@task_prerun.connect(weak=False)
def _begin(task_id: str = "", **_: object) -> None:
    _began[task_id] = time.monotonic()


@task_postrun.connect(weak=False)
def _end(
    task_id: str = "", task: Any = None, state: str = "", retval: Any = None, **_: Any
) -> None:
    """Record the run if the schedule names its task, whoever asked for it."""
    ended = time.monotonic()
    began = _began.pop(task_id, ended)
    if (name := _names().get(task.name)) is None or state not in ("SUCCESS", "FAILURE"):
        return
    problem = type(retval).__name__ if state == "FAILURE" else ""
    at, before = _noted.get(name, (-SELDOM, ""))
    if ended - at < SELDOM and problem == before:
        return
    _noted[name] = (ended, problem)
    note(name, problem=problem, seconds=ended - began, now=timezone.now())


def note(name: str, *, problem: str, seconds: float, now: datetime.datetime) -> None:
    """Record the end of a run. A database that cannot take it is logged: the run remains."""
    values = {"ended_at": now, "seconds": seconds, "problem": problem}
    try:
        with transaction.atomic():
            JobRun.objects.update_or_create(name=name, defaults=values)
    except DatabaseError as error:
        log.warning("job.not_recorded", job=name, error=type(error).__name__)


def _names() -> dict[str, str]:
    """Return the names of jobs by those of their tasks."""
    return {entry["task"]: name for name, entry in current_app.conf.beat_schedule.items()}
