"""Read typed days, in Dutch and English at once, in the Dutch order: day, month, year.

The same text is the same day in every language. A text that leaves out a part, or that another
order could read as another day, is understood and yet not certain: it is shown before it is stored.
"""

import calendar
import datetime
import re
from dataclasses import dataclass

from django.utils import dateformat
from django.utils.translation import gettext as _

from .text import clean_line

# Days that an administration can book. A year outside them is a typing error.
FIRST_YEAR, LAST_YEAR = 1980, 2049
ONE_DAY = datetime.timedelta(days=1)

# --- Words ----------------------------------------------------------------------------------------

_RELATIVE = {
    word: distance
    for distance, words in {
        -2: ("eergisteren", "day before yesterday", "the day before yesterday"),
        -1: ("gisteren", "gister", "yesterday"),
        0: ("vandaag", "today"),
        1: ("morgen", "tomorrow"),
        2: ("overmorgen", "day after tomorrow", "the day after tomorrow"),
    }.items()
    for word in words
}
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "ma maandag mon monday",
            "di dinsdag tue tues tuesday",
            "wo woensdag wed wednesday",
            "do donderdag thu thur thurs thursday",
            "vr vrijdag fri friday",
            "za zaterdag sat saturday",
            "zo zondag sun sunday",
        )
    )
    for word in words.split()
}
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan januari january",
            "feb febr februari february",
            "mrt maart mar march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "aug augustus august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for word in words.split()
}
_BEFORE = ("vorige", "vorig", "afgelopen", "last", "previous")
_AFTER = ("volgende", "komende", "aanstaande", "next", "coming")

# --- Shapes ---------------------------------------------------------------------------------------

_DASHES = re.compile("[‐-―−]")
_SIGN = r" ?[-/. ] ?"
_YEAR = r"(?:{sign}'?(?P<year>[0-9]+))?"
_ORDINAL = r"(?:e|ste|de|st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_NUMBERS = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<sign>" + _SIGN + r")(?P<month>[0-9]{1,2})" + _YEAR.format(sign=_SIGN)
)
_NAMED = re.compile(
    rf"(?P<day>[0-9]{{1,2}}){_ORDINAL}(?: of|{_SIGN})? ?{_MONTH}" + _YEAR.format(sign=r"[-/. ]? ?")
)
_MONTH_FIRST = re.compile(
    rf"{_MONTH}[- ]?(?P<day>[0-9]{{1,2}}){_ORDINAL}" + _YEAR.format(sign=_SIGN)
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?P<sign>[-/. ])(?P<month>[0-9]{1,2})[-/. ](?P<day>[0-9]{1,2})"
)
_YEAR_FIRST_BARE = re.compile(r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_BARE = re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})?")
_DAY_ONLY = re.compile(rf"(?P<day>[0-9]{{1,2}}){_ORDINAL}")
_WEEKDAY = re.compile(
    rf"(?:(?P<side>{'|'.join((*_BEFORE, *_AFTER))}) )?"
    rf"(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\.?(?P<rest> .+)?"
)


@dataclass(frozen=True)
class Reading:
    """The day that a text means; certain if the text can mean no other day."""

    day: datetime.date
    is_certain: bool


def read_day(text: str, *, today: datetime.date) -> Reading:
    """Read `28`, `28-11`, `28 nov`, `28-11-26`, `2026-11-28`, `gisteren`, `monday`, `za 28-11`.

    What is left out is that of today; a weekday is the last one up to today. Raises ValueError with
    what to type.
    """
    line = " ".join(_DASHES.sub("-", clean_line(text)).lower().replace(",", " ").split())
    if line in _RELATIVE:
        return Reading(today + _RELATIVE[line] * ONE_DAY, is_certain=True)
    if not (found := _WEEKDAY.fullmatch(line)):
        return _read_date(line, today=today)
    weekday, rest = _WEEKDAYS[found["weekday"]], found["rest"]
    if not rest:
        return Reading(_nearest(weekday, found["side"], today=today), is_certain=False)
    if found["side"]:
        raise ValueError(_unreadable())
    reading = _read_date(rest.strip(), today=today)
    if reading.day.weekday() != weekday:
        sentence = _("%(day)s is not the weekday that you typed. Check the date.")
        raise ValueError(sentence % {"day": describe_day(reading.day)})
    return reading


def describe_day(day: datetime.date) -> str:
    """Return weekday, day, month in letters and year, which can be read in one way only."""
    return dateformat.format(day, "D j F Y")


def _nearest(weekday: int, side: str | None, *, today: datetime.date) -> datetime.date:
    """Return the last such day up to today, before today, or after it."""
    if side in _AFTER:
        return today + ((weekday - today.weekday() - 1) % 7 + 1) * ONE_DAY
    if side in _BEFORE:
        return today - ((today.weekday() - weekday - 1) % 7 + 1) * ONE_DAY
    return today - ((today.weekday() - weekday) % 7) * ONE_DAY


def _read_date(line: str, *, today: datetime.date) -> Reading:
    for shape in (_YEAR_FIRST, _YEAR_FIRST_BARE, _NUMBERS, _NAMED, _MONTH_FIRST, _BARE, _DAY_ONLY):
        found = shape.fullmatch(line)
        parts = found.groupdict() if found else {}
        if parts and not _is_backwards(shape, parts):
            return _reading(parts, text=line, today=today, is_year_first=shape in _YEARS_FIRST)
    raise ValueError(_unreadable())


_YEARS_FIRST = (_YEAR_FIRST, _YEAR_FIRST_BARE)


def _is_backwards(shape: re.Pattern[str], parts: dict[str, str | None]) -> bool:
    """Whether eight digits that begin as a year end as one: 20112026 is 20-11-2026."""
    return shape is _YEAR_FIRST_BARE and not 1 <= int(parts["month"] or 0) <= 12


def _reading(
    parts: dict[str, str | None], *, text: str, today: datetime.date, is_year_first: bool
) -> Reading:
    day, typed_month, typed_year = int(parts["day"] or 0), parts.get("month"), parts.get("year")
    month = _month(typed_month, default=today.month)
    year = _year(typed_year, default=today.year)
    _check(year, month, day, text=text)
    has_one_order = (
        is_year_first
        or (typed_month or "").isalpha()
        or (parts.get("sign") or "").strip() == "-"
        or day > 12
        or day == month
    )
    is_whole = typed_month is not None and len(typed_year or "") == 4
    return Reading(datetime.date(year, month, day), is_certain=is_whole and has_one_order)


def _month(typed: str | None, *, default: int) -> int:
    if typed is None:
        return default
    return int(typed) if typed.isdigit() else _MONTHS[typed]


def _year(typed: str | None, *, default: int) -> int:
    """Return the year; two digits mean the year in 1980–2049 that ends with them."""
    if typed is None:
        return default
    year = int(typed[:5])
    if len(typed) == 2:
        year += 2000 if year <= LAST_YEAR % 100 else 1900
        if year < FIRST_YEAR:
            raise ValueError(_("Type all four digits of the year %(year)s.") % {"year": typed})
    if not FIRST_YEAR <= year <= LAST_YEAR:
        sentence = _(
            "The year %(year)s is out of reach. Choose a day between %(first)d and %(last)d."
        )
        years = {"year": typed[:8], "first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValueError(sentence % years)
    return year


def _check(year: int, month: int, day: int, *, text: str) -> None:
    """Raise ValueError with what is wrong if the calendar has no such day."""
    if not 1 <= month <= 12:
        if not (1 <= day <= 12 and 1 <= month <= 31):
            raise ValueError(_unreadable())
        sentence = _("There is no month %(month)d. The day comes first: type %(day)s.")
        raise ValueError(sentence % {"month": month, "day": f"{month}-{day}-{year}"})
    last = calendar.monthrange(year, month)[1]
    if day < 1:
        raise ValueError(_unreadable())
    if day > last:
        name = dateformat.format(datetime.date(year, month, 1), "F Y")
        sentence = _("“%(text)s” does not exist: %(month)s has %(days)d days.")
        raise ValueError(sentence % {"text": text, "month": name, "days": last})


def _unreadable() -> str:
    return _("Type a date such as 28-11-2026, 28 nov or yesterday.")
