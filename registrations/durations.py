"""Parse typed times: `1` is an hour, `0,5` half an hour, `123` is 1:23; also `1h12m` and `2:00`."""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

DAY = 24 * 60
NOON = 12 * 60
UNREADABLE = _("Type a duration such as 1:30, 1,5, 130 or 1h30m.")
TOO_LONG = _("A day has 24 hours.")
NO_CLOCK = _("Type a time such as 9:00, 900 or 1:00pm.")

COLONS = re.compile(r"([0-9]{0,2}):([0-9]{2})")
DIGITS = re.compile(r"([0-9]{1,2})([0-9]{2})")
WHOLE = re.compile(r"[0-9]{1,2}")
FRACTION = re.compile(r"([0-9]{0,2}[.,][0-9]{1,4}|[0-9]{1,2})[hu]?")
# `u` is the Dutch `h`.
UNITS = re.compile(r"(?:([0-9]{1,2})[hu])?\s*(?:([0-9]{1,4})m(?:in)?)?")
HALF_DAY = re.compile(r"(?P<time>.+?)\s*(?P<half>am|pm)")


def parse_duration(text: str) -> int:
    """Return minutes, at most a day, negative after a minus. Raises ValueError with a sentence."""
    cleaned = text.strip().lower()
    unsigned = cleaned.removeprefix("-").removeprefix("−")
    minutes = _minutes(unsigned)
    if minutes > DAY:
        raise ValueError(TOO_LONG)
    return minutes if unsigned == cleaned else -minutes


def parse_pause(text: str) -> int:
    """Return the minutes of a pause; unlike a duration, `30` means minutes. Raises ValueError."""
    cleaned = text.strip()
    return int(cleaned) if re.fullmatch(r"[0-9]{1,3}", cleaned) else parse_duration(cleaned)


def parse_clock(text: str) -> datetime.time:
    """Return a time of the day, in whole minutes. Raises ValueError with a sentence."""
    try:
        minutes = parse_duration(text)
    except ValueError as error:
        raise ValueError(NO_CLOCK) from error
    if not 0 <= minutes < DAY:
        raise ValueError(NO_CLOCK)
    return datetime.time(*divmod(minutes, 60))


def format_duration(minutes: int | None) -> str:
    """Return minutes as a field shows them, such as 1:05 or -0:20; empty for None."""
    if minutes is None:
        return ""
    whole, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{whole}:{rest:02d}"


def between(start: datetime.time, end: datetime.time, *, pause: int) -> int:
    """Return minutes from start to end minus the pause. An end of 0:00 is midnight."""
    return (_of_day(end) or DAY) - _of_day(start) - pause


def _of_day(moment: datetime.time) -> int:
    return moment.hour * 60 + moment.minute


def _minutes(text: str) -> int:
    if found := HALF_DAY.fullmatch(text):
        return _half_day(found["time"], half=found["half"])
    if found := COLONS.fullmatch(text):
        return _hours_and_minutes(found[1] or "0", found[2])
    if WHOLE.fullmatch(text):
        return int(text) * 60
    if found := DIGITS.fullmatch(text):
        return _hours_and_minutes(found[1], found[2])
    if found := FRACTION.fullmatch(text):
        return _rounded(Decimal(found[1].replace(",", ".")))
    if (found := UNITS.fullmatch(text)) and text:
        return int(found[1] or 0) * 60 + int(found[2] or 0)
    raise ValueError(UNREADABLE)


def _half_day(text: str, *, half: str) -> int:
    minutes = _minutes(text)
    if not 60 <= minutes < 13 * 60:
        raise ValueError(UNREADABLE)
    return minutes % NOON + (NOON if half == "pm" else 0)


def _hours_and_minutes(hours: str, minutes: str) -> int:
    if int(minutes) > 59:
        raise ValueError(UNREADABLE)
    return int(hours) * 60 + int(minutes)


def _rounded(hours: Decimal) -> int:
    return int((hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))
