"""How amounts, hours and days are written for the reader, in the language of the page."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.timezone import localtime
from django.utils.translation import get_language

DASH = "—"
CENT = Decimal("0.01")


def money(value: Decimal | int | str | None) -> str:
    """`1003.75` as 1.003,75 in Dutch and 1,003.75 in English; a dash for nothing."""
    return number(value, 2)


def number(value: Decimal | int | str | None, decimals: int = 2) -> str:
    """A figure with so many decimals, in groups of three; a dash for nothing."""
    if value is None or value == "":
        return DASH
    step = Decimal(1).scaleb(-int(decimals))
    amount = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    text = f"{abs(amount):,f}"
    if (get_language() or "en").startswith("nl"):
        text = text.translate(str.maketrans(",.", ".,"))
    return f"−{text}" if amount < 0 else text


def euro(value: Decimal | int | str | None) -> str:
    """The amount with its sign: € 1.003,75. Space and sign never part."""
    if value is None or value == "":
        return DASH
    return f"€\u00a0{money(value)}"


def duration(minutes: int | str | None) -> str:
    """Whole minutes as hours: 645 is 10:45."""
    if minutes is None or minutes == "":
        return DASH
    hours, rest = divmod(abs(int(minutes)), 60)
    return f"{'−' if int(minutes) < 0 else ''}{hours}:{rest:02d}"


def percentage(value: Decimal | None) -> str:
    """`21.00` as 21%, `5.50` as 5,5%."""
    if value is None or value == "":
        return DASH
    plain = Decimal(str(value)).normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return f"{number(plain, decimals)}%"


def day(value: datetime.date | None) -> str:
    """A date or moment as 20-11-2026, the Dutch way in both languages."""
    return _written(value, "%d-%m-%Y")


def moment(value: datetime.datetime | None) -> str:
    """A moment as 20-11-2026 16:20, on the clock of the site."""
    return _written(value, "%d-%m-%Y %H:%M")


def clock(value: datetime.datetime | datetime.time | None) -> str:
    """The time of a moment: 16:20."""
    return _written(value, "%H:%M")


def initials(name: object) -> str:
    """The letters of an avatar: SV for Sanne de Vries."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if words[1:] else words)).upper()


def _written(value: datetime.date | datetime.time | None, pattern: str) -> str:
    if not value:
        return DASH
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = localtime(value)
    return value.strftime(pattern)
