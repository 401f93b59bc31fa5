"""The fault grid: every fail point against every bad answer, for every kind of document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from . import faults
from .faults import NOTHING, REQUESTS, Fault
from .points import DELIVERING, EXCHANGING, MAKING
from .times import PACE, SLEEP_UNIQUE

THEIRS = "invoice with their number"
# What is booked, and by which operations it is looked up and ordered.
KINDS = {
    "invoice": ("GetFacturen", "AddFactuur"),
    THEIRS: ("GetFacturen", "AddFactuur"),
    "sales entry": ("GetMutaties", "AddMutatie"),
    "relation": ("GetRelaties", "AddRelatie"),
}
NAMED = ("invoice", "sales entry", "relation")
# What may happen to the process that passes a fail point; see tools/crash/failing.py.
KILL, ASLEEP = "kill", "asleep"
ACTS = {
    KILL: "kill",
    "error": "raise",
    "cut off": "cut",
    "slow": f"sleep={0.4 * PACE}",
    ASLEEP: f"stop={SLEEP_UNIQUE}",
}
# These take the worker with all its processes, which takes seconds to start.
WHOLE = {"told to leave": "leave", "all killed": "group"}
# What stands there under the number, or under one that begins with it, before anything is sent.
ANOTHER, NEIGHBOUR = "another", "neighbour"
CONFLICT = frozenset({"conflict"})
SENDING = ("after-intent", "after-answer", "before-recording", "after-recording")
# Cells at once when each takes a whole worker.
FEW = 12


@dataclass(frozen=True)
class Weather:
    """How the service is for all cells at once: switches of the sandbox."""

    name: str
    is_unique: bool
    switches: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One case: what is booked, what happens to whom, which answer is bad, what is there before."""

    kind: str
    point: str = ""
    fault: Fault = NOTHING
    act: str = KILL
    there: str = ""

    @property
    def order(self) -> str:
        """What happens at the point, and at which passing."""
        return f"{(ACTS | WHOLE)[self.act]}@{self.turn}"

    @property
    def turn(self) -> int:
        """Each request passes the points of an exchange; the others are passed once."""
        if self.point not in EXCHANGING:
            return 1
        request = "look-up" if self.there == ANOTHER else self.fault.on or "order"
        return REQUESTS.index(request) + 1

    @property
    def allowed(self) -> frozenset[str]:
        return CONFLICT if self.there == ANOTHER else self.fault.allowed

    @property
    def is_possible(self) -> bool:
        """Whether this can come about at all."""
        return not any(
            (
                # Nobody but the program makes a relation, and no worker makes anything.
                self.point in MAKING and (self.kind == "relation" or self.act in WHOLE),
                # Without a number of ours nobody can have it already.
                self.there and self.kind not in NAMED,
                # What is somebody else's is never sent.
                self.there == ANOTHER and self.point in SENDING,
                # Only mutations are answered up to a limit.
                self.fault.rule.get("action") == "full" and self.kind != "sales entry",
                # Only the answer about an invoice has a number that can be empty.
                self.fault.rule.get("other") == "" and self.kind in ("relation", "sales entry"),
            )
        )

    def __str__(self) -> str:
        what = f"{self.act} {self.point}" if self.point else "nothing happens"
        there = f", {self.there} there" if self.there else ""
        return f"{self.kind} × {what} × {self.fault.name}{there}"


Batch = tuple[Weather, list[Cell]]
REFUSES = Weather("refuses double numbers", is_unique=True)
TAKES = Weather("takes double numbers", is_unique=False)
# Milliseconds: more than a request waits, and less than the settle time.
SLOWLY = int(400 * PACE)
SLOW = (
    Weather("sees late what it has", is_unique=False, switches={"visibility_lag_ms": SLOWLY}),
    Weather("does late what it is told", is_unique=False, switches={"apply_delay_ms": SLOWLY}),
)
LOOSE = (
    Weather("finds all that begin so", is_unique=False, switches={"filter": "prefix"}),
    Weather("finds all that have it", is_unique=False, switches={"filter": "contains"}),
)
POINTS = ["", *MAKING, *DELIVERING, *EXCHANGING]
# The requests about one document, which all kinds have with each other; and those around it.
ABOUT_IT = [NOTHING, *faults.of("order"), *faults.of("look-up")]
AROUND = {on: faults.of(on) for on in ("read-back", "login", "logout")}


def every_cell() -> list[Batch]:
    """The whole grid."""
    full = possible(Cell(*given) for given in product(KINDS, POINTS, ABOUT_IT))
    plain = [cell for cell in full if cell.fault is NOTHING]
    return [
        *acts(),
        *found_there(),
        *sessions(),
        *((weather, in_turn(AROUND["read-back"])) for weather in (REFUSES, TAKES)),
        *((weather, plain) for weather in SLOW),
        *((weather, full) for weather in (REFUSES, TAKES)),
    ]


def possible(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.is_possible]


def kind_in_turn(place: int) -> str:
    """One kind of document after the other."""
    return list(KINDS)[place % len(KINDS)]


def in_turn(bad: Iterable[Fault]) -> list[Cell]:
    """Each bad answer at each point, for one kind of document after the other."""
    pairs = product(enumerate(POINTS), enumerate(bad))
    return possible(Cell(kind_in_turn(n + m), at, it) for (n, at), (m, it) in pairs)


def acts() -> Iterator[Batch]:
    """Everything but a kill, at each point. Without unique numbers nobody may sleep too long."""
    names = [name for name in ACTS if name != KILL]
    cells = possible(Cell(*it) for it in product(KINDS, POINTS[1:], [NOTHING], names))
    yield REFUSES, cells
    yield TAKES, [cell for cell in cells if cell.act != ASLEEP]
    for shift, weather in enumerate((REFUSES, TAKES)):
        pairs = enumerate(product(POINTS[1:], WHOLE), start=shift)
        whole = possible(Cell(kind_in_turn(n), at, act=act) for n, (at, act) in pairs)
        yield from ((weather, whole[start : start + FEW]) for start in range(0, len(whole), FEW))


def found_there() -> Iterator[Batch]:
    """What stands there already is somebody else's, or has nearly our number."""
    killed = product(NAMED, POINTS, [NOTHING], [KILL], [ANOTHER])
    unread = product(NAMED, [""], faults.of("look-up"), [KILL], [ANOTHER])
    cells = possible(Cell(*given) for given in [*killed, *unread])
    yield from ((weather, cells) for weather in (REFUSES, TAKES))
    near = possible(Cell(*it) for it in product(NAMED, POINTS, [NOTHING], [KILL], [NEIGHBOUR]))
    yield from ((weather, near) for weather in LOOSE)


def sessions() -> Iterator[Batch]:
    """A login says nothing about whose it is, so all cells of a batch meet the same bad answer."""
    for turn, bad in enumerate([*AROUND["login"], *AROUND["logout"]]):
        cells = (Cell(kind_in_turn(turn + n), it, bad) for n, it in enumerate(POINTS))
        yield TAKES, possible(cells)


def some_cells() -> list[Batch]:
    """Each bad answer once, each point and act some times, kinds and strictness in turn."""
    cells: list[Cell] = []
    for place, fault in enumerate([*ABOUT_IT, *AROUND["read-back"][::4]]):
        fits = possible(Cell(kind_in_turn(place), it, fault) for it in POINTS)
        cells.append(fits[(7 * place) % len(fits)])
    missed = [point for point in POINTS if point not in {cell.point for cell in cells}]
    cells += [Cell("invoice", point) for point in missed]
    acts = [Cell(kind_in_turn(n), "after-answer", act=it) for n, it in enumerate(ACTS | WHOLE)]
    theirs = [Cell(kind, "after-look-up", there=ANOTHER) for kind in NAMED]
    slow = [Cell(kind, "before-reading") for kind in KINDS]
    near = [Cell(kind, "before-reading", there=NEIGHBOUR) for kind in NAMED]
    logins = [Cell(kind, "after-claim", AROUND["login"][0]) for kind in KINDS]
    return [
        (REFUSES, [*cells[::2], *acts]),
        (TAKES, [*cells[1::2], *theirs]),
        *((it, slow) for it in SLOW),
        (LOOSE[0], near),
        (TAKES, logins),
    ]
