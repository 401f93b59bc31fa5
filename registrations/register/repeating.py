"""Register once more what was worked before: an entry, the hours of a day, or those of a week."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Membership
from lib.days import ONE_DAY
from lib.formats import day as shown_day

from ..bookable import bookable_work
from ..models import TimeEntry
from . import registering

# The number of latest entries among which the offered ones are looked for, and how many are shown.
LATEST = 40
OFFERED = 5


@dataclass
class Repeated:
    """What was added, and a sentence for each entry that a rule refused."""

    ids: list[int] = field(default_factory=list)
    minutes: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class EarlierDay:
    """The hours of an earlier day, offered for a day without any."""

    date: datetime.date
    count: int
    minutes: int


def repeat(entries: Iterable[TimeEntry], *, days: int, by: Membership) -> Repeated:
    """Add each entry again, so many days later, without its clock times.

    An entry that a rule refuses is left out and named; the others are added.
    """
    result = Repeated()
    for entry in entries:
        copy = registering.copied(entry)
        copy.date = entry.date + days * ONE_DAY
        try:
            with transaction.atomic():
                registering.add(copy, by=by)
        except ValidationError as error:
            why = " ".join(error.messages)
            result.refused.append(f"{shown_day(copy.date)} {entry.project} · {entry.task}: {why}")
        else:
            result.ids.append(copy.pk)
            result.minutes += entry.minutes
    return result


def latest_entries(
    membership: Membership, *, besides: datetime.date, by: Membership
) -> list[TimeEntry]:
    """Return the latest entries of other days that `by` can register again; one query."""
    rows = (
        TimeEntry.objects.visible_to(by)
        .filter(
            membership=membership,
            project__is_archived=False,
            project__customer__archived_at=None,
            task__is_active=True,
        )
        .exclude(date=besides)
    )
    related = ("project__customer", "task")
    return list(rows.select_related(*related).order_by("-date", "-pk")[:LATEST])


def offered(latest: Sequence[TimeEntry], *, on_the_day: Iterable[TimeEntry]) -> list[TimeEntry]:
    """Return the latest different work that the day does not have yet."""
    seen = {_work(entry) for entry in on_the_day}
    found: list[TimeEntry] = []
    for entry in latest:
        if _work(entry) not in seen:
            seen.add(_work(entry))
            found.append(entry)
    return found[:OFFERED]


def earlier_day(latest: Sequence[TimeEntry], *, before: datetime.date) -> EarlierDay | None:
    """Return the last day before this one with hours, among the latest entries."""
    date = next((entry.date for entry in latest if entry.date < before), None)
    if date is None:
        return None
    rows = [entry for entry in latest if entry.date == date]
    return EarlierDay(date, len(rows), sum(entry.minutes for entry in rows))


def works_of(entries: Sequence[TimeEntry]) -> list[int]:
    """Return the ids of tasks on projects of these entries that can be registered on, by name."""
    if not entries:
        return []
    pairs = {(entry.project_id, entry.task_id) for entry in entries}
    works = bookable_work(entries[0].organisation, entries[0].membership).filter(
        project__in={project for project, _task in pairs},
        task__in={task for _project, task in pairs},
    )
    found = works.order_by("project__name", "task__name", "pk").values_list("pk", "project", "task")
    return [pk for pk, project, task in found if (project, task) in pairs]


def _work(entry: TimeEntry) -> tuple[int, int, str]:
    return entry.project_id, entry.task_id, entry.description
