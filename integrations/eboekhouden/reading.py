"""Convert the XML of an answer to plain values.

Fields that are not in the contract are ignored, so that a field that the service adds later does no
harm. Amounts are read from text to Decimal, never through a float. A dropped character left a mark:
the record then says under `MARKED` which of its fields had one.
"""

import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from lxml import etree

from . import contract
from .decoding import MARK
from .errors import OutcomeUnknown

log = structlog.get_logger(__name__)

_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_PREFIX = f"{{{contract.NAMESPACE}}}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MOST = Decimal(10) ** 15

# The longest list that was seen, of 20 MB, takes 5 seconds on a slow machine.
READ_SECONDS = 30.0
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))
# Log lines about names that the contract does not have, for each process.
MOST_UNKNOWN = 50
_unknown: set[tuple[str, str]] = set()

# No field of the contract has this name.
MARKED = "#marked"


@dataclass(frozen=True)
class Reply:
    """A complete answer: an error code ('' for success), its text, and the fields."""

    code: str
    text: str
    fields: Mapping[str, Any]


def read_reply(envelope: etree._Element, operation: str, *, seconds: float = READ_SECONDS) -> Reply:
    """Read the answer to `operation`; OutcomeUnknown if it is not an answer to it.

    An answer that takes longer to read than so many seconds is unknown too.
    """
    _deadline.set(time.monotonic() + seconds)
    response = _response(envelope, operation)
    type_name = contract.result_of(operation)
    if type_name is None:
        return Reply("", "", {})
    result = _only(response, f"{_PREFIX}{operation}Result")
    if _is_nil(result):
        # An empty list has a result without rows; a missing result is an error.
        raise OutcomeUnknown("wrong-answer", "no result")
    error_block, fields = _divide(result, type_name)
    return Reply(
        code=(error_block.get("LastErrorCode") or "").strip(),
        text=(error_block.get("LastErrorDescription") or "").strip(),
        fields=fields,
    )


def _response(envelope: etree._Element, operation: str) -> etree._Element:
    if envelope.tag != f"{_SOAP}Envelope":
        raise OutcomeUnknown("wrong-answer", "no envelope")
    body = _only(envelope, f"{_SOAP}Body")
    if len(body) != 1:
        raise OutcomeUnknown("wrong-answer", "not one answer")
    return _only(body, f"{_PREFIX}{operation}Response")


def _only(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.findall(tag)
    if len(found) != 1:
        raise OutcomeUnknown("wrong-answer", f"not one {etree.QName(tag).localname}")
    return found[0]


def _divide(result: etree._Element, type_name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the error block and the other fields; an update returns the error block only."""
    if type_name == "cError":
        return _record(result, type_name), {}
    block = result.find(f"{_PREFIX}ErrorMsg")
    error = {} if block is None else _record(block, "cError")
    if (error.get("LastErrorCode") or "").strip():
        return error, {}
    fields = _record(result, type_name)
    return error, {
        name: value for name, value in fields.items() if name not in ("ErrorMsg", MARKED)
    }


def _record(element: etree._Element, type_name: str) -> dict[str, Any]:
    readers = _readers(type_name)
    record: dict[str, Any] = {}
    for child in element.iterchildren(etree.Element):
        name = child.tag.removeprefix(_PREFIX)
        reader = readers.get(name)
        if reader is None:
            _note_unknown(type_name, name)
        elif name in record:
            raise OutcomeUnknown("wrong-answer", f"{name} twice")
        else:
            record[name] = None if _is_nil(child) else reader(child)
            if MARK in (child.text or ""):
                record.setdefault(MARKED, []).append(name)
    return record


@cache
def _readers(type_name: str) -> Mapping[str, Callable[[etree._Element], Any]]:
    fields = contract.fields_of(type_name)
    return MappingProxyType({name: _reader(kind) for name, kind in fields.items()})


def _reader(kind: str) -> Callable[[etree._Element], Any]:
    row = contract.row_of(kind)
    if row is not None:
        return lambda element: _rows(element, *row)
    if contract.is_complex(kind):
        return lambda element: _record(element, kind)
    convert = _CONVERTERS.get(kind)
    if convert is None:
        return _text
    return lambda element: convert(text) if (text := _text(element).strip()) else None


def _text(element: etree._Element) -> str:
    return (element.text or "").replace(MARK, "")


def _rows(element: etree._Element, name: str, type_name: str) -> list[dict[str, Any]]:
    deadline, records = _deadline.get(), []
    for row in element.iterchildren(f"{_PREFIX}{name}"):
        if time.monotonic() >= deadline:
            raise OutcomeUnknown("timeout")
        if not _is_nil(row):
            records.append(_record(row, type_name))
    return records


def _is_nil(element: etree._Element) -> bool:
    return element.get(_NIL) in ("true", "1")


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number) > _MOST:
        raise OutcomeUnknown("wrong-answer", "not an amount")
    return number


def _moment(text: str) -> datetime:
    """Return the local time in the Netherlands, which the service means if it sends no zone."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(_AMSTERDAM).replace(tzinfo=None) if moment.tzinfo else moment


_CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "long": int,
    "decimal": _decimal,
    "double": _decimal,
    "dateTime": _moment,
    "boolean": lambda text: text in ("true", "1"),
}


def _note_unknown(type_name: str, name: str) -> None:
    """Log an unknown field of the service, once per process; of a flood of names the first few."""
    key = (type_name, name[:100])
    if key in _unknown or len(_unknown) >= MOST_UNKNOWN:
        return
    _unknown.add(key)
    log.info("answer.unknown_field", type=type_name, field=name[:100])
