"""The faults of the fault grid: the request that gets one, and the states it may lead to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .times import LATE

DONE = frozenset({"confirmed"})
# A person may also find it refused.
REFUSED = frozenset({"confirmed", "rejected"})
BIG = 25 * 1024 * 1024
# The requests of one document in order; the read-back is a second look-up.
REQUESTS = ("login", "look-up", "order", "read-back", "logout")


@dataclass(frozen=True)
class Fault:
    """A fault in the answer to one of REQUESTS: its rule for the sandbox and the allowed states."""

    name: str
    on: str
    rule: dict[str, Any] = field(default_factory=dict)
    allowed: frozenset[str] = DONE


BEFORE: list[tuple[str, dict[str, Any]]] = [
    ("drop", {}),
    ("refuse", {}),
    ("html", {}),
    ("html", {"status": 200}),
    ("fault", {}),
    ("wrong_operation", {}),
    ("empty", {}),
    ("empty", {"status": 202}),
    ("status", {"status": 500}),
    ("status", {"status": 502}),
    ("status", {"status": 429}),
    ("redirect", {"status": 302}),
    ("redirect", {"status": 307}),
    ("dtd", {}),
    ("garbage", {}),
    ("delay", {"seconds": LATE}),
]
WHILE_ANSWERING: list[tuple[str, dict[str, Any]]] = [
    ("truncate", {}),
    ("truncate", {"says_length": False}),
    ("drip", {"seconds": LATE}),
    ("large", {"bytes": BIG}),
]
AFTER: list[tuple[str, dict[str, Any]]] = [
    ("drop", {}),
    ("html", {}),
    ("fault", {}),
    ("empty", {}),
    ("status", {"status": 503}),
    ("redirect", {"status": 307}),
    ("dtd", {}),
    ("delay", {"seconds": LATE}),
    ("wrong_number", {}),
    ("wrong_number", {"other": ""}),
    ("error_code", {"code": "E999"}),
]


def faults_of(on: str) -> list[Fault]:
    """Return all faults of one of REQUESTS."""
    special = {"login": login_faults, "order": order_faults, "logout": lambda: ()}
    return [*general_faults(on), *special.get(on, lambda: look_up_faults(on))()]


def general_faults(on: str) -> Iterator[Fault]:
    """Yield the faults that any answer can have."""
    for action, more in BEFORE:
        yield new_fault(on, action, "before", more)
    for action, more in WHILE_ANSWERING:
        yield new_fault(on, action, "after", more)


def session_faults(on: str) -> Iterator[Fault]:
    """Yield refusals that concern the session or the credentials."""
    yield new_fault(on, "error_code", "before", {"code": "E002.1"}, name="session ended")
    yield new_fault(on, "error_code", "before", {"code": "E003.3"}, name="quota")
    yield new_fault(on, "error_code", "before", {"code": "E001.1"}, name="revoked")


def look_up_faults(on: str) -> Iterator[Fault]:
    """Yield refusals, and an answer full of other records that may leave out ours."""
    yield from session_faults(on)
    yield new_fault(on, "full", "after", {})


def login_faults() -> Iterator[Fault]:
    """Yield refused credentials, and sessions whose opening was not answered correctly."""
    yield new_fault("login", "error_code", "before", {"code": "E001.1"}, name="revoked")
    for action in ("drop", "html", "fault", "empty"):
        yield new_fault("login", action, "after", {})


def order_faults() -> Iterator[Fault]:
    """Yield the faults of an order that was carried out, or will be carried out later."""
    yield from session_faults("order")
    for action, more in AFTER:
        yield new_fault("order", action, "after", more)
    for action in ("drop", "html", "fault"):
        yield new_fault("order", action, "during", {})
    yield new_fault("order", "error_code", "before", {"code": "E999"}, allowed=REFUSED)


def new_fault(
    on: str,
    action: str,
    phase: str,
    more: dict[str, Any],
    *,
    name: str = "",
    allowed: frozenset[str] = DONE,
) -> Fault:
    details = " ".join(map(str, more.values()))
    title = f"{on} {name or f'{action} {phase} {details}'.strip()}"
    return Fault(title, on, {"action": action, "phase": phase, **more}, allowed)


NOTHING = Fault("good answers", "")
