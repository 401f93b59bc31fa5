"""From one clock time to another: over midnight, and in nights in which the clock changes."""

import datetime
from itertools import product

from django.utils import timezone
from django.utils.translation import gettext as _

from lib.days import ONE_DAY

from .formats import day as shown_day
from .times import format_clock

ONE_MINUTE = datetime.timedelta(minutes=1)


class NoSuchTime(ValueError):
    """The clock never shows this time on this day; `is_end` says which of both times it is."""

    def __init__(self, moment: datetime.time, day: datetime.date, *, is_end: bool) -> None:
        sentence = _("%(time)s does not exist on %(day)s, because the clock goes forward then.")
        super().__init__(sentence % {"time": format_clock(moment), "day": shown_day(day)})
        self.is_end = is_end


def ends_next_day(start: datetime.time, end: datetime.time) -> bool:
    """True for an end at or before the start."""
    return end <= start


def durations(day: datetime.date, start: datetime.time, end: datetime.time) -> list[int]:
    """Return the minutes from start on `day` to end, in the time zone of the installation.

    An end at or before the start is on the next day. There are several durations if the clock shows
    one of the times twice. Raises NoSuchTime.
    """
    return sorted({minutes for _begin, minutes in _spans(day, start, end)})


def end_after(day: datetime.date, start: datetime.time, *, minutes: int) -> datetime.time:
    """Return what the clock shows so many minutes after the start."""
    zone = timezone.get_default_timezone()
    begin = datetime.datetime.combine(day, start, zone).astimezone(datetime.UTC)
    return (begin + minutes * ONE_MINUTE).astimezone(zone).time()


def interval(
    day: datetime.date, start: datetime.time, end: datetime.time, *, minutes: int
) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the moments of start and end, of which `minutes` are the distance if that fits."""
    try:
        spans = sorted(_spans(day, start, end), key=lambda span: abs(span[1] - minutes))
        begin, length = spans[0]
    except NoSuchTime:
        begin = datetime.datetime.combine(day, start, timezone.get_default_timezone())
        begin, length = begin.astimezone(datetime.UTC), minutes
    return begin, begin + length * ONE_MINUTE


def _spans(
    day: datetime.date, start: datetime.time, end: datetime.time
) -> list[tuple[datetime.datetime, int]]:
    """Return each possible start with the minutes to each possible end."""
    starts = _moments(day, start, is_end=False)
    ends = _moments(day + ends_next_day(start, end) * ONE_DAY, end, is_end=True)
    if ends_next_day(start, end) and (len(starts) > 1 or _is_shown_twice(day, end)):
        # In the hour that comes twice, 2:45–2:15 can be half an hour.
        ends += _moments(day, end, is_end=True)
    lengths = ((begin, (finish - begin) // ONE_MINUTE) for begin, finish in product(starts, ends))
    return [(begin, minutes) for begin, minutes in lengths if minutes > 0]


def _is_shown_twice(day: datetime.date, moment: datetime.time) -> bool:
    return len(_existing(day, moment)) > 1


def _moments(day: datetime.date, moment: datetime.time, *, is_end: bool) -> list[datetime.datetime]:
    """Return when the clock shows this time on this day: once, or twice in autumn."""
    found = _existing(day, moment)
    if not found:
        raise NoSuchTime(moment, day, is_end=is_end)
    return found


def _existing(day: datetime.date, moment: datetime.time) -> list[datetime.datetime]:
    zone = timezone.get_default_timezone()
    shown = datetime.datetime.combine(day, moment)
    folds = (shown.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
    real = {one for one in folds if one.astimezone(zone).replace(tzinfo=None, fold=0) == shown}
    return sorted(real)
