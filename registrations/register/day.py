"""The rows of a day on Register → Hours, with the free time between them and what overlaps."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from ..models import TimeEntry
from ..overlaps import interval_of


@dataclass(frozen=True)
class Gap:
    """Free time between two entries."""

    start: datetime.time
    end: datetime.time
    minutes: int


@dataclass(frozen=True)
class Line:
    """An entry, with the gap before it, and whether it overlaps with an earlier one."""

    entry: TimeEntry
    gap: Gap | None = None
    overlaps: bool = False


def lines_of(entries: Iterable[TimeEntry]) -> list[Line]:
    """Return a line for each entry of a day; those with times come first, by their start."""
    lines: list[Line] = []
    latest: datetime.datetime | None = None
    shown: datetime.time | None = None
    for entry in entries:
        if entry.started_at is None or entry.ended_at is None:
            lines.append(Line(entry))
            continue
        begin, end = interval_of(entry)
        gap = None
        if latest and shown and begin > latest:
            gap = Gap(shown, entry.started_at, int((begin - latest).total_seconds()) // 60)
        lines.append(Line(entry, gap, overlaps=bool(latest and begin < latest)))
        if latest is None or end > latest:
            latest, shown = end, entry.ended_at
    return lines
