"""The fault grid: every fail point against every bad answer, for every kind of document."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from .points import DELIVERING, EXCHANGING, MAKING
from .times import LATE, PACE

# What is booked, and by which operations it is looked up and ordered.
KINDS = {
    "invoice": ("GetFacturen", "AddFactuur"),
    "invoice with their number": ("GetFacturen", "AddFactuur"),
    "sales entry": ("GetMutaties", "AddMutatie"),
    "relation": ("GetRelaties", "AddRelatie"),
}
DONE = frozenset({"confirmed"})
# What may also become of it, for a person or for the clock.
REFUSED = frozenset({"confirmed", "rejected"})
PAUSED = frozenset({"queued", "blocked", "unknown", "checking", "sending", "confirmed"})
BIG = 25 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """A bad answer to an order (`Add`) or to a look-up (`Get`), and what may come of it."""

    name: str
    on: str
    rule: dict[str, Any] = field(default_factory=dict)
    allowed: frozenset[str] = DONE


@dataclass(frozen=True)
class Weather:
    """How the service is for all cells at once: switches of the sandbox."""

    name: str
    is_unique: bool
    switches: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One case: what is booked, where a process is killed (or not), which answer is bad."""

    kind: str
    point: str
    fault: Fault

    @property
    def turn(self) -> int:
        """Which passing counts: an order is the third request, after a login and a look-up."""
        if self.point not in EXCHANGING:
            return 1
        return 2 if self.fault.on == "Get" else 3

    @property
    def allowed(self) -> frozenset[str]:
        return self.fault.allowed

    def __str__(self) -> str:
        return f"{self.kind} × {self.point or 'no kill'} × {self.fault.name}"


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


def either(on: str) -> Iterator[Fault]:
    """What can go wrong with any answer."""
    for action, more in BEFORE:
        yield one(on, action, "before", more)
    for action, more in WHILE_ANSWERING:
        yield one(on, action, "after", more)
    quota = {"code": "E003.3"}
    yield one(on, "error_code", "before", {"code": "E002.1"}, name="session ended")
    yield one(on, "error_code", "before", quota, name="quota")
    yield one(on, "error_code", "before", {"code": "E001.1"}, name="revoked", allowed=PAUSED)


def of_orders() -> Iterator[Fault]:
    """What can go wrong with an order that was carried out, or will be."""
    for action, more in AFTER:
        yield one("Add", action, "after", more)
    for action in ("drop", "html", "fault"):
        yield one("Add", action, "during", {})
    yield one("Add", "error_code", "before", {"code": "E999"}, allowed=REFUSED)


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
FAULTS = [NOTHING, *either("Add"), *of_orders(), *either("Get")]
STRICTNESS = (
    Weather("refuses double numbers", is_unique=True),
    Weather("takes double numbers", is_unique=False),
)
# Milliseconds: more than a request waits, and less than the settle time.
SLOWLY = int(400 * PACE)
SLOW = (
    Weather("sees late what it has", is_unique=False, switches={"visibility_lag_ms": SLOWLY}),
    Weather("does late what it is told", is_unique=False, switches={"apply_delay_ms": SLOWLY}),
)
POINTS = ["", *MAKING, *DELIVERING, *EXCHANGING]


def every_cell() -> list[tuple[Weather, list[Cell]]]:
    """The whole grid."""
    everything = product(KINDS, POINTS, FAULTS)
    cells = [Cell(*given) for given in everything if is_possible(*given)]
    plain = [cell for cell in cells if cell.fault is NOTHING]
    return [*((strictness, cells) for strictness in STRICTNESS), *((it, plain) for it in SLOW)]


def some_cells() -> list[tuple[Weather, list[Cell]]]:
    """Each fault once, each point some times, kinds and strictness in turn; and slow services."""
    kinds, cells = list(KINDS), []
    for place, fault in enumerate(FAULTS):
        kind = kinds[place % len(kinds)]
        fits = [point for point in POINTS if is_possible(kind, point, fault)]
        cells.append(Cell(kind, fits[(7 * place) % len(fits)], fault))
    missed = [point for point in POINTS if point not in {cell.point for cell in cells}]
    cells += [Cell("invoice", point, NOTHING) for point in missed]
    halves = [cells[::2], cells[1::2]]
    slow = [Cell(kind, "before-reading", NOTHING) for kind in kinds]
    return [*zip(STRICTNESS, halves, strict=True), *((it, slow) for it in SLOW)]


def is_possible(kind: str, point: str, fault: Fault) -> bool:
    """A relation is made by nobody but the program, so nobody can be killed while asking for it."""
    if kind == "relation" and point in MAKING:
        return False
    has_no_number = kind in ("relation", "sales entry")
    return not (fault.rule.get("other") == "" and has_no_number)
