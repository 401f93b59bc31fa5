"""The fault grid: every fail point against every bad answer, for every kind of document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from . import faults
from .faults import DONE, NOTHING, REQUESTS, Fault
from .points import DELIVERING, EXCHANGING, MAKING
from .times import PACE, SLEEP_UNIQUE

NUMBERED_BY_SERVICE = "invoice numbered by the service"
# Several documents of one connection, with one look-up and one reading back.
TOGETHER = {"invoices together": "invoice", "sales entries together": "sales entry"}
COUNT = 3
# The kinds of document, with the operations that look one up and create it.
KINDS = {
    "invoice": ("GetFacturen", "AddFactuur"),
    NUMBERED_BY_SERVICE: ("GetFacturen", "AddFactuur"),
    "sales entry": ("GetMutaties", "AddMutatie"),
    "relation": ("GetRelaties", "AddRelatie"),
    "invoices together": ("GetFacturen", "AddFactuur"),
    "sales entries together": ("GetMutaties", "AddMutatie"),
}
NAMED = ("invoice", "sales entry", "relation")
# Acts on the process that passes a fail point; see tools/crash/failing.py.
KILL, ASLEEP = "kill", "asleep"
ACTS = {
    KILL: "kill",
    "error": "raise",
    "cut off": "cut",
    "slow": f"sleep={0.4 * PACE}",
    ASLEEP: f"stop={SLEEP_UNIQUE}",
    "disk full": f"full={0.4 * PACE}",
    "read-only": f"readonly={0.4 * PACE}",
    "an hour ahead": "clock=3600",
    "an hour behind": "clock=-3600",
}
# These end a worker with all its processes, which takes seconds to restart.
WORKER_ACTS = {"asked to stop": "leave", "all killed": "group"}
# Documents that exist in e-Boekhouden before: with the same number, or one that begins with it.
ANOTHER, NEIGHBOUR = "another", "neighbour"
CONFLICT = frozenset({"conflict"})
SENDING = ("after-intent", "after-answer", "before-recording", "after-recording")
# Points that a delivery of several passes once for each; the second of them is meant.
EACH = ("after-intent", "after-answer", "after-noting")
# The same of an exchange: the login, the look-up, an order for each, the reading back, the logout.
PLACES_TOGETHER = {"login": 1, "look-up": 2, "order": 4, "read-back": 6, "logout": 7}
# The number of cells in a batch whose acts each end a worker.
WORKER_CELLS = 12


@dataclass(frozen=True)
class Service:
    """The behaviour of the service for all cells of a batch, as switches of the sandbox."""

    name: str
    is_unique: bool
    switches: dict[str, Any] = field(default_factory=dict)
    # Seconds for which the network to it is cut from the start.
    cut: float = 0


@dataclass(frozen=True)
class Cell:
    """One case: document, fail point, bad answer, and what exists in e-Boekhouden before."""

    kind: str
    point: str = ""
    fault: Fault = NOTHING
    act: str = KILL
    existing: str = ""

    @property
    def order(self) -> str:
        """Return the act at the fail point, and the number of the passing."""
        return f"{(ACTS | WORKER_ACTS)[self.act]}@{self.passing}"

    @property
    def passing(self) -> int:
        """Return the number of the passing.

        Each request passes the points of an exchange; the other points are passed once.
        """
        if self.point not in EXCHANGING:
            return 2 if self.is_together and self.point in EACH else 1
        request = "look-up" if self.existing == ANOTHER else self.fault.on or "order"
        return PLACES_TOGETHER[request] if self.is_together else REQUESTS.index(request) + 1

    @property
    def is_together(self) -> bool:
        return self.kind in TOGETHER

    @property
    def count(self) -> int:
        """Return the number of its documents."""
        return COUNT if self.is_together else 1

    @property
    def allowed(self) -> frozenset[str]:
        if self.existing == ANOTHER:
            return CONFLICT
        return self.fault.allowed | DONE if self.is_together else self.fault.allowed

    @property
    def is_possible(self) -> bool:
        """Return whether this combination can occur."""
        return not any(
            (
                # Only the creation of an invoice passes these points, and never in a worker.
                self.point in MAKING and (self.kind == "relation" or self.act in WORKER_ACTS),
                # Only several documents are noted before they are read back.
                self.point == "after-noting" and not self.is_together,
                # Without a number of ours there can be no duplicate.
                self.existing and self.kind not in NAMED,
                # A document whose number is taken is never sent.
                self.existing == ANOTHER and self.point in SENDING,
                # Only mutations are answered up to a limit.
                self.fault.rule.get("action") == "full" and "entr" not in self.kind,
                # Only the answer about an invoice has a number that can be empty.
                self.fault.rule.get("other") == ""
                and ("entr" in self.kind or self.kind == "relation"),
            )
        )

    def __str__(self) -> str:
        event = f"{self.act} {self.point}" if self.point else "nothing happens"
        existing = f", {self.existing} exists" if self.existing else ""
        return f"{self.kind} × {event} × {self.fault.name}{existing}"


Batch = tuple[Service, list[Cell]]
REFUSES = Service("refuses duplicate numbers", is_unique=True)
ACCEPTS = Service("accepts duplicate numbers", is_unique=False)
# Milliseconds: longer than a request waits, and shorter than the settle time.
DELAY = int(400 * PACE)
SLOW_SERVICES = (
    Service("shows late what it has", is_unique=False, switches={"visibility_lag_ms": DELAY}),
    Service("acts late", is_unique=False, switches={"apply_delay_ms": DELAY}),
)
CUT_OFF = (
    Service("behind a cut network", is_unique=True, cut=0.6 * PACE),
    Service("behind a cut network, and accepts duplicates", is_unique=False, cut=0.6 * PACE),
)
LOOSE_FILTERS = (
    Service("finds numbers that begin the same", is_unique=False, switches={"filter": "prefix"}),
    Service("finds numbers that contain it", is_unique=False, switches={"filter": "contains"}),
)
POINTS = ["", *MAKING, *DELIVERING, *EXCHANGING]
# Faults in the requests about the document, combined with every point; and in the other requests.
DOCUMENT_FAULTS = [NOTHING, *faults.faults_of("order"), *faults.faults_of("look-up")]
OTHER_FAULTS = {on: faults.faults_of(on) for on in ("read-back", "login", "logout")}


def whole_grid() -> list[Batch]:
    """Return all batches of the grid."""
    full = possible(Cell(*given) for given in product(KINDS, POINTS, DOCUMENT_FAULTS))
    plain = [cell for cell in full if cell.fault is NOTHING]
    return [
        *acts(),
        *existing_documents(),
        *sessions(),
        *((service, one_kind_each(OTHER_FAULTS["read-back"])) for service in (REFUSES, ACCEPTS)),
        *((service, plain) for service in (*SLOW_SERVICES, *CUT_OFF)),
        *((service, full) for service in (REFUSES, ACCEPTS)),
    ]


def possible(cells: Iterable[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.is_possible]


def kind_at(position: int) -> str:
    """Return the kind of document at this position, in rotation."""
    return list(KINDS)[position % len(KINDS)]


def one_kind_each(bad: Iterable[Fault]) -> list[Cell]:
    """Combine each fault with each point, with the kinds of document in rotation."""
    pairs = product(enumerate(POINTS), enumerate(bad))
    return possible(Cell(kind_at(n + m), point, fault) for (n, point), (m, fault) in pairs)


def acts() -> Iterator[Batch]:
    """Yield batches with every act except a kill at each point.

    Without unique numbers no process may be suspended for long.
    """
    names = [name for name in ACTS if name != KILL]
    cells = possible(Cell(*values) for values in product(KINDS, POINTS[1:], [NOTHING], names))
    yield REFUSES, cells
    yield ACCEPTS, [cell for cell in cells if cell.act != ASLEEP]
    for shift, service in enumerate((REFUSES, ACCEPTS)):
        pairs = enumerate(product(POINTS[1:], WORKER_ACTS), start=shift)
        whole = possible(Cell(kind_at(n), point, act=act) for n, (point, act) in pairs)
        yield from (
            (service, whole[start : start + WORKER_CELLS])
            for start in range(0, len(whole), WORKER_CELLS)
        )


def existing_documents() -> Iterator[Batch]:
    """Yield batches in which another document has the number, or one that begins with it."""
    killed = product(NAMED, POINTS, [NOTHING], [KILL], [ANOTHER])
    unread = product(NAMED, [""], faults.faults_of("look-up"), [KILL], [ANOTHER])
    cells = possible(Cell(*given) for given in [*killed, *unread])
    yield from ((service, cells) for service in (REFUSES, ACCEPTS))
    near = possible(
        Cell(*values) for values in product(NAMED, POINTS, [NOTHING], [KILL], [NEIGHBOUR])
    )
    yield from ((service, near) for service in LOOSE_FILTERS)


def sessions() -> Iterator[Batch]:
    """Yield batches with faults of login and logout.

    A login does not show its connection, so all cells of a batch get the same fault.
    """
    for position, bad in enumerate([*OTHER_FAULTS["login"], *OTHER_FAULTS["logout"]]):
        cells = (Cell(kind_at(position + n), point, bad) for n, point in enumerate(POINTS))
        yield ACCEPTS, possible(cells)


def candidates_for(fault: Fault, position: int) -> Iterator[list[Cell]]:
    """Yield the cells with this fault for each kind of document, from the one at this position."""
    for n in range(len(KINDS)):
        yield possible(Cell(kind_at(position + n), point, fault) for point in POINTS)


def short_grid() -> list[Batch]:
    """Return batches with each fault once, some points and acts, and the kinds in rotation."""
    cells: list[Cell] = []
    for position, fault in enumerate([*DOCUMENT_FAULTS, *OTHER_FAULTS["read-back"][::4]]):
        candidates = next(filter(None, candidates_for(fault, position)))
        cells.append(candidates[(7 * position) % len(candidates)])
    missed = [point for point in POINTS if point not in {cell.point for cell in cells}]
    cells += possible(Cell(kind, point) for point in missed for kind in ("invoice", *TOGETHER))
    acts = [Cell(kind_at(n), "after-answer", act=it) for n, it in enumerate(ACTS | WORKER_ACTS)]
    acts += [Cell(kind, point, act=KILL) for kind in TOGETHER for point in EACH]
    taken = [Cell(kind, "after-look-up", existing=ANOTHER) for kind in NAMED]
    slow = [Cell(kind, "before-reading") for kind in KINDS]
    near = [Cell(kind, "before-reading", existing=NEIGHBOUR) for kind in NAMED]
    logins = [Cell(kind, "after-claim", OTHER_FAULTS["login"][0]) for kind in KINDS]
    return [
        (REFUSES, [*cells[::2], *acts]),
        (ACCEPTS, [*cells[1::2], *taken]),
        *((it, slow) for it in SLOW_SERVICES),
        *((it, [Cell(kind) for kind in KINDS]) for it in CUT_OFF),
        (LOOSE_FILTERS[0], near),
        (ACCEPTS, logins),
    ]
