"""Hours of one person whose times overlap, also over midnight."""

import datetime
from collections.abc import Iterable
from operator import attrgetter

from django.utils.translation import gettext as _

from lib.days import ONE_DAY
from lib.formats import day
from lib.spans import interval
from lib.text import fill
from lib.times import format_clock

from .models import TimeEntry

Interval = tuple[datetime.datetime, datetime.datetime]


def overlapping(entry: TimeEntry) -> list[TimeEntry]:
    """Return the other entries of this person that overlap with it, by their start.

    Entries with only a duration overlap with nothing.
    """
    if entry.started_at is None:
        return []
    near = (entry.date - ONE_DAY, entry.date + ONE_DAY)
    others = TimeEntry.objects.filter(
        membership=entry.membership_id, date__range=near, started_at__isnull=False
    )
    return overlapping_among(entry, others.exclude(pk=entry.pk).select_related("project"))


def overlapping_among(entry: TimeEntry, others: Iterable[TimeEntry]) -> list[TimeEntry]:
    """Return those of the other entries with times, of the same person, that overlap with it."""
    mine = interval_of(entry)
    found = [other for other in others if _overlap(mine, interval_of(other))]
    return sorted(found, key=attrgetter("date", "started_at"))


def describe(entry: TimeEntry) -> str:
    """Return day, times and project of an entry with times: 28-11-2026 9:00–12:00, Website."""
    start, end = entry.started_at, entry.ended_at
    if start is None or end is None:
        return f"{day(entry.date)}, {entry.project}"
    return f"{day(entry.date)} {format_clock(start)}–{format_clock(end)}, {entry.project}"


def remark(entry: TimeEntry) -> str:
    """Return a sentence about what the entry overlaps with; empty if nothing."""
    return remark_about(overlapping(entry))


def remark_about(others: Iterable[TimeEntry]) -> str:
    """Return the sentence that names what an entry overlaps with; empty for nothing."""
    named = "; ".join(map(describe, others))
    return fill(_("These times overlap with: %s."), named) if named else ""


def interval_of(entry: TimeEntry) -> Interval:
    """Return the moments of start and end of an entry with times."""
    start, end = entry.started_at, entry.ended_at
    assert start is not None  # noqa: S101 - the callers ask only for entries with times
    assert end is not None  # noqa: S101 - start and end go together
    return interval(entry.date, start, end, minutes=entry.minutes + entry.pause_minutes)


def _overlap(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]
