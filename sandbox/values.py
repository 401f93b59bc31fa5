"""Single values as .NET reads and writes them in XML."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

UNSET_DATE = datetime(1, 1, 1)  # noqa: DTZ001 the service knows no zones
SERVER_ZONE = ZoneInfo("Europe/Amsterdam")
WHITE = " \t\r\n"
DATE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
DOUBLE = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
LONG = re.compile(r"[+-]?\d+", re.ASCII)
NOT_A_NUMBER = "Input string was not in a correct format."
LARGEST = Decimal(79228162514264337593543950335)


class BadValue(ValueError):
    """The text does not fit the type; the message is that of .NET."""


def read_long(text):
    if not LONG.fullmatch(text):
        raise BadValue(NOT_A_NUMBER)
    number = int(text) if len(text) < 25 else 2**64
    if not -(2**63) <= number < 2**63:
        raise BadValue("Value was either too large or too small for an Int64.")
    return number


def read_boolean(text):
    if text not in ("0", "1", "true", "false"):
        raise BadValue(f"The string '{text}' is not a valid Boolean value.")
    return text in ("1", "true")


def read_date_time(text):
    """Return a naive date-time; one with an offset is first converted to the server's time zone."""
    match = DATE.fullmatch(text)
    problem = BadValue(f"The string '{text}' is not a valid AllXsd value.")
    if not match:
        raise problem
    day, time, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time or '00:00:00'}{zone or ''}")
        return moment.astimezone(SERVER_ZONE).replace(tzinfo=None) if zone else moment
    except (ValueError, OverflowError):
        raise problem from None


def read_decimal(text):
    if not DECIMAL.fullmatch(text):
        raise BadValue(NOT_A_NUMBER)
    return _decimal(text)


def read_double(text):
    if text in ("INF", "-INF", "NaN"):
        raise BadValue("Value was either too large or too small for a Decimal.")
    if not DOUBLE.fullmatch(text):
        raise BadValue(NOT_A_NUMBER)
    return _decimal(text)


def _decimal(text):
    too_large = BadValue("Value was either too large or too small for a Decimal.")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise too_large from None
    if abs(number) > LARGEST:
        raise too_large
    return number if number.adjusted() > -20 else Decimal(0)


READERS = {
    "long": read_long,
    "int": read_long,
    "boolean": read_boolean,
    "dateTime": read_date_time,
    "decimal": read_decimal,
    "double": read_double,
}
DEFAULTS = {
    "long": 0,
    "int": 0,
    "boolean": False,
    "dateTime": UNSET_DATE,
    "decimal": Decimal(0),
    "double": Decimal(0),
}


def write_value(value):
    """Return the XML text: 19.50 is 19.5, a date has a time of 00:00:00 and no zone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if plain in ("-0", "") else plain
    if hasattr(value, "isoformat"):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}T00:00:00"
    return str(value)
