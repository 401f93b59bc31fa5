"""The fault grid: every fail point against every bad answer, for every kind of document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from . import faults
from .faults import NOTHING, REQUESTS, Fault
from .points import DELIVERING, EXCHANGING, MAKING
from .times import PACE, SLEEP_UNIQUE

NUMBERED_BY_SERVICE = "invoice numbered by the service"
# What is booked, and by which operations it is looked up and ordered.
KINDS = {
    "invoice": ("GetFacturen", "AddFactuur"),
    NUMBERED_BY_SERVICE: ("GetFacturen", "AddFactuur"),
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
# What exists in e-Boekhouden before: the same number, or one that begins with it.
ANOTHER, NEIGHBOUR = "another", "neighbour"
CONFLICT = frozenset({"conflict"})
SENDING = ("after-intent", "after-answer", "before-recording", "after-recording")
# Cells at once when each takes a whole worker.
FEW = 12


@dataclass(frozen=True)
class Service:
    """How the service behaves for all cells of a batch: switches of the sandbox."""

    name: str
    is_unique: bool
    switches: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One case: document, fail point, bad answer, and what exists in e-Boekhouden before."""

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
                # Only the program creates relations, and a worker creates nothing.
                self.point in MAKING and (self.kind == "relation" or self.act in WHOLE),
                # Without a number of ours there can be no duplicate.
                self.there and self.kind not in NAMED,
                # A document whose number is taken is never sent.
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


Batch = tuple[Service, list[Cell]]
REFUSES = Service("refuses duplicate numbers", is_unique=True)
ACCEPTS = Service("accepts duplicate numbers", is_unique=False)
# Milliseconds: more than a request waits, and less than the settle time.
SLOWLY = int(400 * PACE)
SLOW = (
    Service("shows late what it has", is_unique=False, switches={"visibility_lag_ms": SLOWLY}),
    Service("acts late", is_unique=False, switches={"apply_delay_ms": SLOWLY}),
)
LOOSE = (
    Service("finds numbers that begin the same", is_unique=False, switches={"filter": "prefix"}),
    Service("finds numbers that contain it", is_unique=False, switches={"filter": "contains"}),
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
        *((service, in_turn(AROUND["read-back"])) for service in (REFUSES, ACCEPTS)),
        *((service, plain) for service in SLOW),
        *((service, full) for service in (REFUSES, ACCEPTS)),
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
    yield ACCEPTS, [cell for cell in cells if cell.act != ASLEEP]
    for shift, service in enumerate((REFUSES, ACCEPTS)):
        pairs = enumerate(product(POINTS[1:], WHOLE), start=shift)
        whole = possible(Cell(kind_in_turn(n), at, act=act) for n, (at, act) in pairs)
        yield from ((service, whole[start : start + FEW]) for start in range(0, len(whole), FEW))


def found_there() -> Iterator[Batch]:
    """What stands there already is somebody else's, or has nearly our number."""
    killed = product(NAMED, POINTS, [NOTHING], [KILL], [ANOTHER])
    unread = product(NAMED, [""], faults.of("look-up"), [KILL], [ANOTHER])
    cells = possible(Cell(*given) for given in [*killed, *unread])
    yield from ((service, cells) for service in (REFUSES, ACCEPTS))
    near = possible(Cell(*it) for it in product(NAMED, POINTS, [NOTHING], [KILL], [NEIGHBOUR]))
    yield from ((service, near) for service in LOOSE)


def sessions() -> Iterator[Batch]:
    """A login says nothing about whose it is, so all cells of a batch meet the same bad answer."""
    for turn, bad in enumerate([*AROUND["login"], *AROUND["logout"]]):
        cells = (Cell(kind_in_turn(turn + n), it, bad) for n, it in enumerate(POINTS))
        yield ACCEPTS, possible(cells)


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
        (ACCEPTS, [*cells[1::2], *theirs]),
        *((it, slow) for it in SLOW),
        (LOOSE[0], near),
        (ACCEPTS, logins),
    ]
