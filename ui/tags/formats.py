"""Format amounts, hours and days for the reader, in the language of the page."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.timezone import localtime
from django.utils.translation import get_language

DASH = "—"


def money(value: Decimal | int | str | None) -> str:
    """Format `1003.75` as 1.003,75 in Dutch and 1,003.75 in English; a dash if empty."""
    return number(value, 2)


def number(value: Decimal | int | str | None, decimals: int = 2) -> str:
    """Format a number with so many decimals, in groups of three; a dash if empty."""
    if value is None or value == "":
        return DASH
    step = Decimal(1).scaleb(-int(decimals))
    amount = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    text = f"{abs(amount):,f}"
    if (get_language() or "en").startswith("nl"):
        text = text.translate(str.maketrans(",.", ".,"))
    return f"−{text}" if amount < 0 else text


def euro(value: Decimal | int | str | None) -> str:
    """Format an amount with its sign, € 1.003,75, with a space that does not break."""
    if value is None or value == "":
        return DASH
    return f"€\u00a0{money(value)}"


def duration(minutes: int | str | None) -> str:
    """Format whole minutes as hours: 645 is 10:45."""
    if minutes is None or minutes == "":
        return DASH
    hours, remainder = divmod(abs(int(minutes)), 60)
    return f"{'−' if int(minutes) < 0 else ''}{hours}:{remainder:02d}"


def percentage(value: Decimal | None) -> str:
    """Format `21.00` as 21%, `5.50` as 5,5%."""
    if value is None or value == "":
        return DASH
    plain = Decimal(str(value)).normalize()
    decimals = max(0, -int(plain.as_tuple().exponent))
    return f"{number(plain, decimals)}%"


def day(value: datetime.date | None) -> str:
    """Format a date or moment as 20-11-2026, in both languages."""
    return _formatted(value, "%d-%m-%Y")


def moment(value: datetime.datetime | None) -> str:
    """Format a moment as 20-11-2026 16:20, in the time zone of the site."""
    return _formatted(value, "%d-%m-%Y %H:%M")


def clock(value: datetime.datetime | datetime.time | None) -> str:
    """Format the time of a moment: 16:20."""
    return _formatted(value, "%H:%M")


def initials(name: object) -> str:
    """Return the letters of an avatar: SV for Sanne de Vries."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if words[1:] else words)).upper()


def _formatted(value: datetime.date | datetime.time | None, pattern: str) -> str:
    if not value:
        return DASH
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = localtime(value)
    return value.strftime(pattern)
