"""Read typed durations and times of the day, in Dutch and English at once.

The same text has the same value in every language. A text with two readings is refused with both.
A comma is a decimal sign, a colon never is. A point is either: 7.30 is a clock time, 7.5 is not.
"""

import datetime
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from .text import clean_line

DAY = 24 * 60
NOON = 12 * 60
# Up to so many, a bare number of a pause can be hours as well as minutes.
MOST_HOURS_OF_A_PAUSE = 4

_SEPARATORS = re.compile(r"\s*([:.,])\s*")
# Other programs export 9:15:00; only whole minutes are read.
_NO_SECONDS = re.compile(r"^([0-9]{1,2}:[0-9]{2}):00(?![0-9:])")
_MINUS = re.compile(r"^[-−–]\s*")

# --- Words, rewritten to digits before a text is read ---------------------------------------------

_NUMBERS = {
    word: str(value)
    for value, words in enumerate(
        (
            "een één 'n a an one",
            "twee two",
            "drie three",
            "vier four",
            "vijf five",
            "zes six",
            "zeven seven",
            "acht eight",
            "negen nine",
            "tien ten",
            "elf eleven",
            "twaalf twelve",
        ),
        start=1,
    )
    for word in words.split()
}
_WORD = re.compile(r"'?[^\W\d_]+")
_FRACTIONS = {"½": ",5", "¼": ",25", "¾": ",75"}
_FRACTION_SIGN = re.compile(r"\s*([½¼¾])")
_PHRASES = (
    (re.compile(r"\bhalf ?uur(?:tje)?\b"), "half uur"),
    (re.compile(r"\banderhalf\b"), "1,5"),
    (re.compile(r"\b([0-9]+) (?:en|and) (?:1 )?half\b"), r"\1,5"),
    (re.compile(r"\b([0-9]+) (?:hour|uur) (?:en|and) (?:1 )?half\b"), r"\1,5 uur"),
    (re.compile(r"\b(?:1 )?half(?: 1)?\b"), "0,5"),
    (re.compile(r"\bquarters?(?: of)?(?: 1)? hour\b"), "kwartier"),
)

# --- Shapes ---------------------------------------------------------------------------------------

_HOURS = r"(?:h|hrs?|hours?|u|uur|uren|uurtjes?)"
_MINUTES = r"(?:m|mins?|minutes?|minuut|minuten|minuutjes?)"
_COLON = re.compile(rf"([0-9]{{0,2}}):([0-9]{{1,2}})\s*{_HOURS}?")
_DIGITS = re.compile(r"([0-9]{1,2}) ?([0-9]{2})")
_DECIMAL = re.compile(rf"([0-9]{{0,2}})([.,])([0-9]{{1,4}})\s*{_HOURS}?")
_UNITS = re.compile(
    rf"(?:(?P<hours>[0-9]{{1,2}})\s*{_HOURS})?\s*(?:en|and)?\s*"
    rf"(?:(?P<quarters>[0-9]{{0,2}})\s*(?P<quarter>kwartier(?:en|tje)?))?\s*"
    rf"(?:(?P<minutes>[0-9]{{1,4}})\s*{_MINUTES})?"
)
_HOURS_THEN_DIGITS = re.compile(rf"([0-9]{{1,2}})\s*{_HOURS}\s*([0-9]{{1,2}})")
_CLOCK = re.compile(r"([0-9]{1,2})(?:\s*(?:[:.hu]|uur)\s*| ?)([0-9]{2})(?:\s*(?:h|u|uur))?")
_CLOCK_HOUR = re.compile(r"([0-9]{1,2})\s*(?:h|u|uur)?")
_CLOCK_WORD = re.compile(r"([0-9]{1,2})\s*uur\s*([0-9]{1,2})")
_DOUBTFUL_CLOCK = re.compile(r"([0-9]{1,2})([.,:hu])([0-9]{1,2})")
_HALF_DAY = re.compile(r"(?P<time>.+?)\s*(?P<half>[ap])\s*\.?\s*m\s*\.?")
_HALF_HOUR = re.compile(r"half ([0-9]{1,2})")


class AmbiguousTime(ValueError):
    """The text has two readings: `readings` has both as a field shows them."""

    def __init__(self, text: str, *readings: str) -> None:
        sentence = _("“%(text)s” can mean %(first)s or %(second)s. Type one of these.")
        first, second = readings
        super().__init__(sentence % {"text": text, "first": first, "second": second})
        self.readings = readings


def parse_duration(text: str) -> int:
    """Return minutes, at most a day, negative after a minus. Raises ValueError with a sentence.

    `1` is an hour, `1,5` and `1:30` and `130` an hour and a half, `90m` the same.
    """
    line = clean_line(text)
    unsigned = _MINUS.sub("", line)
    minutes = _duration(_NO_SECONDS.sub(r"\1", _in_digits(unsigned)), text=unsigned)
    if minutes > DAY:
        raise ValueError(_too_long(unsigned))
    return minutes if unsigned == line else -minutes


def parse_pause(text: str) -> int:
    """Return the minutes of a pause; unlike a duration, `30` means minutes. Raises ValueError."""
    line = clean_line(text)
    if not re.fullmatch(r"[0-9]{1,3}", line):
        minutes = parse_duration(line)
    else:
        minutes = int(line)
        _ask_for_the_unit(line, minutes)
    if minutes < 0:
        raise ValueError(_("A pause cannot be negative. Type a pause such as 30m."))
    return minutes


def parse_clock(text: str) -> datetime.time:
    """Return a time of the day, in whole minutes. Raises ValueError with a sentence."""
    line = clean_line(text)
    typed = _NO_SECONDS.sub(r"\1", _SEPARATORS.sub(r"\1", line.lower()))
    if found := _HALF_DAY.fullmatch(typed):
        return _of_half_day(found["time"].strip(), half=found["half"], text=line)
    return datetime.time(*_hour_and_minute(typed, text=line))


def format_duration(minutes: int | None) -> str:
    """Return minutes as a field shows them, such as 1:05 or -0:20; empty for None."""
    if minutes is None:
        return ""
    whole, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{whole}:{rest:02d}"


def format_clock(moment: datetime.time) -> str:
    """Return a time as a field shows it, such as 9:05."""
    return f"{moment.hour}:{moment.minute:02d}"


# --- Durations ------------------------------------------------------------------------------------


def _in_digits(text: str) -> str:
    """Return the text in lower case, with digits for the words that people use in a duration."""
    lower = _SEPARATORS.sub(r"\1", text.lower())
    shown = _FRACTION_SIGN.sub(lambda found: _FRACTIONS[found[1]], lower)
    digits = _WORD.sub(lambda found: _NUMBERS.get(found[0], found[0]), shown)
    for phrase, written in _PHRASES:
        digits = phrase.sub(written, digits)
    return digits


def _duration(typed: str, *, text: str) -> int:
    if found := _COLON.fullmatch(typed):
        return _hours_and_minutes(found[1] or "0", found[2])
    if re.fullmatch(r"[0-9]{1,2}", typed):
        return int(typed) * 60
    if found := _DIGITS.fullmatch(typed):
        if int(found[2]) > 59:
            raise ValueError(_minutes_need_a_unit(typed))
        return _hours_and_minutes(found[1], found[2])
    if found := _DECIMAL.fullmatch(typed):
        return _decimal(found[1] or "0", found[2], found[3], text=text)
    if found := _HOURS_THEN_DIGITS.fullmatch(typed):
        return _hours_and_minutes(found[1], found[2])
    found = _UNITS.fullmatch(typed)
    if found and (found["hours"] or found["quarter"] or found["minutes"]):
        quarters = int(found["quarters"] or 1) if found["quarter"] else 0
        return int(found["hours"] or 0) * 60 + quarters * 15 + int(found["minutes"] or 0)
    raise ValueError(_unreadable())


def _decimal(whole: str, sign: str, fraction: str, *, text: str) -> int:
    """Return the minutes of a number of hours; a point before two digits can be a clock's."""
    hours = Decimal(f"{whole}.{fraction}")
    minutes = int((hours * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    if sign == "." and len(fraction) == 2 and int(fraction) < 60:
        as_clock = int(whole) * 60 + int(fraction)
        if as_clock != minutes:
            raise AmbiguousTime(text, format_duration(as_clock), format_duration(minutes))
    return minutes


def _hours_and_minutes(hours: str, minutes: str) -> int:
    if int(minutes) > 59:
        raise ValueError(_unreadable())
    return int(hours) * 60 + int(minutes)


def _ask_for_the_unit(line: str, minutes: int) -> None:
    """Raise AmbiguousTime if the bare number of a pause can be something else than minutes."""
    if len(line) == 1 and 1 <= minutes <= MOST_HOURS_OF_A_PAUSE:
        raise AmbiguousTime(line, f"{line}m", f"{line}h")
    if len(line) == 3 and minutes % 100 < 60:
        raise AmbiguousTime(line, f"{line}m", format_duration(minutes // 100 * 60 + minutes % 100))


def _unreadable() -> str:
    return _("Type a duration such as 1:30, 1,5, 130 or 1h30m.")


def _minutes_need_a_unit(typed: str) -> str:
    digits = typed.replace(" ", "")
    sentence = _("“%(text)s” is not a duration in hours. Type %(minutes)s for minutes.")
    return sentence % {"text": digits, "minutes": f"{digits.lstrip('0')}m"}


def _too_long(text: str) -> str:
    if re.fullmatch(r"[0-9]{2}", text):
        sentence = _("“%(text)s” means hours, and a day has 24. Type %(minutes)s for minutes.")
        return sentence % {"text": text, "minutes": f"{text}m"}
    return _("A day has 24 hours.")


# --- Times of the day -----------------------------------------------------------------------------


def _hour_and_minute(typed: str, *, text: str) -> tuple[int, int]:
    hour, minute = 24, 60
    if found := _CLOCK_HOUR.fullmatch(typed):
        hour, minute = int(found[1]), 0
    elif found := _CLOCK.fullmatch(typed) or _CLOCK_WORD.fullmatch(typed):
        hour, minute = int(found[1]), int(found[2])
    else:
        hour, minute = _beyond_doubt(typed, text=text)
    if (hour, minute) == (24, 0):
        raise ValueError(_("Type 0:00 for midnight."))
    if hour > 23 or minute > 59:
        raise ValueError(_no_clock())
    return hour, minute


def _beyond_doubt(typed: str, *, text: str) -> tuple[int, int]:
    """Return hour and minute if both readings are equal; raise ValueError otherwise.

    9.5 is half past nine for who counts in hours, and 9:05 or 9:50 for who drops a zero.
    """
    if found := _HALF_HOUR.fullmatch(_in_digits_of_a_clock(typed)):
        raise AmbiguousTime(text, *_half_past_and_half_to(int(found[1])))
    found = _DOUBTFUL_CLOCK.fullmatch(typed)
    if not found or int(found[1]) > 23 or int(found[3]) > 59:
        raise ValueError(_no_clock())
    hour, sign, digits = int(found[1]), found[2], found[3]
    minute = int(digits)
    as_decimal = int((Decimal(f"0.{digits}") * 60).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    other = as_decimal if sign in ".," else int(digits.ljust(2, "0"))
    if minute != other:
        readings = (minute, other) if sign == "," and len(digits) == 2 else (other, minute)
        raise AmbiguousTime(text, *_shown((hour, one) for one in readings))
    return hour, minute


def _in_digits_of_a_clock(typed: str) -> str:
    return _WORD.sub(lambda found: _NUMBERS.get(found[0], found[0]), typed)


def _half_past_and_half_to(hour: int) -> tuple[str, ...]:
    """Return both readings of “half ten”: half past nine in Dutch, half past ten in English."""
    if not 1 <= hour <= 24:
        raise ValueError(_no_clock())
    return _shown(((hour - 1, 30), (hour % 24, 30)))


def _shown(moments: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(f"{hour}:{minute:02d}" for hour, minute in moments)


def _of_half_day(typed: str, *, half: str, text: str) -> datetime.time:
    try:
        hour, minute = _hour_and_minute(typed, text=text)
    except AmbiguousTime as error:
        raise AmbiguousTime(text, *(f"{one} {half}m" for one in error.readings)) from None
    if not 1 <= hour <= 12:
        raise ValueError(_no_clock())
    return datetime.time(hour % 12 + (12 if half == "p" else 0), minute)


def _no_clock() -> str:
    return _("Type a time such as 9:00, 900 or 1:00pm.")
