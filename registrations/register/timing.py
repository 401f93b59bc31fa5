"""The timer of a person: started, changed, stopped. What it measured becomes ordinary hours.

The moments are those of the server. Work over midnight becomes an entry for each day, and a night
in which the clock changes has its true duration.
"""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from lib.days import ONE_DAY
from lib.spans import ONE_MINUTE
from projects.models import ProjectTask

from .. import rules
from ..models import TimeEntry, Timer
from . import registering

# A timer that ran longer is asked about: somebody forgot it.
LONG = datetime.timedelta(hours=10)


class NotSaved(Exception):
    """The measured time cannot be registered as it is; it is kept. The text says what to do."""


class NothingToTime(Exception):
    """There is no earlier work to start the timer for."""


@dataclass(frozen=True)
class Part:
    """The part of the measured time on one day, by the clock of the installation."""

    day: datetime.date
    start: datetime.time
    end: datetime.time
    minutes: int


def timer_of(membership: Membership) -> Timer | None:
    """Return the timer that was loaded with the member, else None."""
    return getattr(membership, "timer", None)


def needs_end(timer: Timer, *, now: datetime.datetime) -> bool:
    """Return True if the person must say when the work ended: it ran long, or over midnight."""
    ended = timer.stopped_at or now
    if ended - timer.started_at > LONG:
        return True
    return timezone.localdate(ended) != timezone.localdate(timer.started_at)


def parts_of(begin: datetime.datetime, end: datetime.datetime) -> list[Part]:
    """Cut the time at every midnight, in whole minutes; empty if it is less than a minute."""
    zone = timezone.get_default_timezone()
    begin, end = (
        one.replace(second=0, microsecond=0).astimezone(datetime.UTC) for one in (begin, end)
    )
    parts = []
    while begin < end:
        local = begin.astimezone(zone)
        midnight = datetime.datetime.combine(local.date() + ONE_DAY, datetime.time(), zone)
        until = min(end, midnight.astimezone(datetime.UTC))
        clock = until.astimezone(zone).time()
        parts.append(Part(local.date(), local.time(), clock, (until - begin) // ONE_MINUTE))
        begin = until
    return parts


def last_work(membership: Membership) -> tuple[ProjectTask | None, str]:
    """Return the task on a project that the member registered on last, and the description."""
    rows = TimeEntry.objects.filter(
        organisation=membership.organisation_id,
        membership=membership,
        project__is_archived=False,
        project__customer__archived_at=None,
        task__is_active=True,
    )
    entry = rows.order_by("-date", "-pk").first()
    if entry is None:
        return None, ""
    works = ProjectTask.objects.filter(project=entry.project_id, task=entry.task_id)
    return works.select_related("project", "task").first(), entry.description


@transaction.atomic
def start(
    by: Membership,
    *,
    work: ProjectTask | None = None,
    description: str = "",
    now: datetime.datetime,
) -> tuple[Timer, list[TimeEntry]]:
    """Start the timer of the member, for the last work if none is given.

    A running timer is stopped first; return its hours too. Raises NothingToTime, and NotSaved if
    the running one could not be registered.
    """
    if work is None:
        work, description = last_work(by)
    if work is None:
        raise NothingToTime
    before = stop(by, now=now)
    timer = Timer.objects.create(
        membership=by, project=work.project, task=work.task, description=description, started_at=now
    )
    return timer, before


def change(by: Membership, *, work: ProjectTask, description: str) -> None:
    """Change what the timer is for; it runs on."""
    Timer.objects.filter(membership=by).update(
        project=work.project_id, task=work.task_id, description=description
    )


def describe(by: Membership, description: str) -> None:
    """Change the description of the timer; it runs on."""
    Timer.objects.filter(membership=by).update(description=description)


def discard(by: Membership) -> None:
    """Throw the measured time away."""
    Timer.objects.filter(membership=by).delete()


def stop(
    by: Membership, *, now: datetime.datetime, end: datetime.datetime | None = None
) -> list[TimeEntry]:
    """Stop the timer and register what it measured; return the hours, none for under a minute.

    Raises NotSaved: the timer then stands still with all of its time.
    """
    with transaction.atomic():
        # Lock the employee: two tabs stop one timer once.
        Membership.objects.select_for_update().get(pk=by.pk)
        timer = Timer.objects.select_related("project", "task").filter(membership=by).first()
        if timer is None:
            return []
        ended = end or timer.stopped_at or now
        entries = entries_of(timer, until=ended)
        try:
            with transaction.atomic():
                _register(timer, entries, by=by)
        except ValidationError as error:
            sentence = " ".join(error.messages)
        else:
            timer.delete()
            return entries
        Timer.objects.filter(pk=timer.pk).update(stopped_at=ended)
    raise NotSaved(sentence)


def entries_of(timer: Timer, *, until: datetime.datetime) -> list[TimeEntry]:
    """Return the hours that the timer stands for, not saved yet."""
    return [
        TimeEntry(
            organisation=timer.membership.organisation,
            membership=timer.membership,
            project=timer.project,
            task=timer.task,
            description=timer.description,
            date=part.day,
            started_at=part.start,
            ended_at=part.end,
            minutes=part.minutes,
        )
        for part in parts_of(timer.started_at, until)
    ]


def why_not(timer: Timer) -> str:
    """Say why the time of a timer that stands still is not registered; empty if it could be now."""
    if timer.project is None or timer.task is None:
        return _choose_work()
    for entry in entries_of(timer, until=timer.stopped_at or timer.started_at):
        try:
            rules.check(entry)
        except ValidationError as error:
            return " ".join(error.messages)
    return ""


def _register(timer: Timer, entries: list[TimeEntry], *, by: Membership) -> None:
    if timer.project is None or timer.task is None:
        raise ValidationError(_choose_work())
    for entry in entries:
        registering.add(entry, by=by)


def _choose_work() -> str:
    return _("The project or the task of the timer no longer exists. Choose another one.")
