"""Write and read single fields; nothing is truncated, rounded or guessed before sending.

A value that breaks a rule of the service raises MessageInvalid with its English name. A missing
field in an answer raises OutcomeUnknown, because such an answer proves nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..errors import MessageInvalid, OutcomeUnknown
from ..facts import limits
from ..facts.characters import is_sendable

Row = Mapping[str, Any]

_CENT = Decimal("0.01")
_FINE = Decimal("0.0001")


def text(
    field: str,
    value: str,
    limit: int | None = None,
    *,
    required: bool = False,
    multiline: bool = False,
) -> str:
    r"""Return the value with line breaks as \\n; refuse it if too long, missing or unprintable."""
    if not isinstance(value, str):
        raise MessageInvalid(field, "is not text")
    clean = value.replace("\r\n", "\n").replace("\r", "\n") if multiline else value
    if required and not clean.strip():
        raise MessageInvalid(field, "is missing")
    if not all(is_sendable(character, multiline=multiline) for character in clean):
        raise MessageInvalid(field, "contains characters that cannot be sent")
    if limit is not None and limits.length_of(clean) > limit:
        raise MessageInvalid(field, f"is longer than {limit} characters")
    return clean


def amount(field: str, value: Decimal) -> Decimal:
    """Return the value with exactly two decimals, never rounded."""
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) > limits.MAX_AMOUNT:
        raise MessageInvalid(field, "is not an amount that can be sent")
    exact = value.quantize(_CENT)
    if exact != value:
        raise MessageInvalid(field, f"has more than {limits.DECIMALS} decimals")
    # A negative zero becomes a plain zero.
    return exact or Decimal("0.00")


def day(field: str, value: date) -> datetime:
    """Return midnight of the day, without a time zone: a zone could move it to the day before."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise MessageInvalid(field, "is not a date")
    if not limits.FIRST_DATE <= value <= limits.LAST_DATE:
        raise MessageInvalid(field, "is not between 1980 and 2049")
    return datetime.combine(value, time.min)


def whole(field: str, value: int, *, most: int = 2**63 - 1) -> int:
    """Return the value if it is between 0 and `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise MessageInvalid(field, "is not a number that can be sent")
    return value


def payment_term(value: int) -> int:
    """Return a number of days."""
    return whole("payment_term", value, most=limits.MAX_PAYMENT_TERM)


def check_count(lines: Sequence[object]) -> None:
    """Raise MessageInvalid unless the service accepts this number of lines."""
    if not 1 <= len(lines) <= limits.MAX_LINES:
        raise MessageInvalid("lines", f"must be 1 to {limits.MAX_LINES}")


def read_text(row: Row, name: str) -> str:
    """Return the text as received, '' if it is missing."""
    value = row.get(name)
    return "" if value is None else str(value)


def read_whole(row: Row, name: str) -> int:
    """Return a number that must be present."""
    return int(_present(row, name))


def read_amount(row: Row, name: str) -> Decimal:
    """Return an amount in cents: the service sends doubles, which may be slightly off."""
    return Decimal(_present(row, name)).quantize(_CENT, ROUND_HALF_UP)


def read_quantity(row: Row, name: str) -> Decimal:
    """Return a quantity or a unit price, with two to four decimals."""
    fine = Decimal(_present(row, name)).quantize(_FINE, ROUND_HALF_UP)
    coarse = fine.quantize(_CENT, ROUND_HALF_UP)
    return coarse if coarse == fine else fine


def read_day(row: Row, name: str) -> date:
    """Return the day, without the time."""
    moment: datetime = _present(row, name)
    return moment.date()


def read_rows(row: Row, name: str) -> list[Row]:
    """Return the rows of a list; a missing list has none."""
    return row.get(name) or []


def same_key(one: str, other: str) -> bool:
    """Return True if the service may treat both codes or numbers as equal.

    Case and surrounding blanks do not count.
    """
    return one.strip().casefold() == other.strip().casefold()


def _present(row: Row, name: str) -> Any:
    value = row.get(name)
    if value is None:
        raise OutcomeUnknown("wrong-answer", f"{name} is missing")
    return value
