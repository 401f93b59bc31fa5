"""Bad answers, one by one: to which request, and what may come of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .times import LATE

DONE = frozenset({"confirmed"})
# What may also become of it, for a person.
REFUSED = frozenset({"confirmed", "rejected"})
BIG = 25 * 1024 * 1024
# The requests of one document in their order; each is the first of its kind, but the read-back.
REQUESTS = ("login", "look-up", "order", "read-back", "logout")


@dataclass(frozen=True)
class Fault:
    """A bad answer to one of REQUESTS, as the sandbox is told it, and what may come of it."""

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


def of(on: str) -> list[Fault]:
    """Everything that can go wrong with one of REQUESTS."""
    special = {"login": of_logins, "order": of_orders, "logout": lambda: ()}
    return [*either(on), *special.get(on, lambda: of_questions(on))()]


def either(on: str) -> Iterator[Fault]:
    """What can go wrong with any answer."""
    for action, more in BEFORE:
        yield one(on, action, "before", more)
    for action, more in WHILE_ANSWERING:
        yield one(on, action, "after", more)


def of_sessions(on: str) -> Iterator[Fault]:
    """Refusals of who asks, whatever is asked."""
    yield one(on, "error_code", "before", {"code": "E002.1"}, name="session ended")
    yield one(on, "error_code", "before", {"code": "E003.3"}, name="quota")
    yield one(on, "error_code", "before", {"code": "E001.1"}, name="revoked")


def of_questions(on: str) -> Iterator[Fault]:
    """Refusals, and an answer that is full of others, so that ours may have been left out."""
    yield from of_sessions(on)
    yield one(on, "full", "after", {})


def of_logins() -> Iterator[Fault]:
    """Codes that are refused, and a session that was opened without our hearing of it."""
    yield one("login", "error_code", "before", {"code": "E001.1"}, name="revoked")
    for action in ("drop", "html", "fault", "empty"):
        yield one("login", action, "after", {})


def of_orders() -> Iterator[Fault]:
    """What can go wrong with an order that was carried out, or will be."""
    yield from of_sessions("order")
    for action, more in AFTER:
        yield one("order", action, "after", more)
    for action in ("drop", "html", "fault"):
        yield one("order", action, "during", {})
    yield one("order", "error_code", "before", {"code": "E999"}, allowed=REFUSED)


def one(
    on: str,
    action: str,
    phase: str,
    more: dict[str, Any],
    *,
    name: str = "",
    allowed: frozenset[str] = DONE,
) -> Fault:
    said = " ".join(map(str, more.values()))
    title = f"{on} {name or f'{action} {phase} {said}'.strip()}"
    return Fault(title, on, {"action": action, "phase": phase, **more}, allowed)


NOTHING = Fault("good answers", "")
