"""`./run crash --grid`: play every cell with real processes, many at once.

Each cell has its own agency and connection, so that a kill or a fault affects only the cell for
which it was ordered. At the end all records are audited, and each document must have reached a
state that its cell allows.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import psycopg

from . import orders, times
from .auditing import OPEN, audit
from .cells import ANOTHER, KINDS, NEIGHBOUR, NUMBERED_BY_SERVICE, Cell, Service
from .findings import Case, Finding
from .points import MAKING
from .processes import is_alive
from .running import EFFECTS, Loop, count_effects

AT_ONCE = 48
BOUND = 90
# A relation that only e-Boekhouden has.
OTHER, SOMEBODY = "X0001", "Somebody Else"
STATES = "SELECT connection_id, state FROM billing_booking"
PAUSED = "SELECT id FROM integrations_connection WHERE paused_at IS NOT NULL"


def play(batches: Sequence[tuple[Service, Sequence[Cell]]], *, seed: int) -> bool:
    """Play all cells, each batch against its service. Print what is wrong, and the figures."""
    began, figures = time.monotonic(), Counter[str]()
    with Loop(is_unique=True, settle=times.SETTLE_UNIQUE) as loop:
        for service, cells in batches:
            for start in range(0, len(cells), AT_ONCE):
                batch_cells = cells[start : start + AT_ONCE]
                found = Batch(loop, batch_cells, service).play(seed)
                figures.update(cells=len(batch_cells), wrong=len(found))
                figures["orders"] += sum(bool(cell.point) for cell in batch_cells)
                for finding in found:
                    print(f"{service.name}: {finding.kind}: {finding.text}", flush=True)
        figures["carried out"] = len(orders.carried_out(loop.orders))
        count_effects(loop, figures)
    names = ("cells", "orders", "carried out", *EFFECTS, "wrong")
    line = ", ".join(f"{name} {figures[name]:,}" for name in names)
    print(f"{time.monotonic() - began:.0f} s: {line}")
    return not figures["wrong"]


class Batch:
    """Cells that are played at the same time."""

    def __init__(self, loop: Loop, cells: Sequence[Cell], service: Service) -> None:
        self.loop, self.cells, self.service = loop, cells, service

    def play(self, seed: int) -> list[Finding]:
        """Return what is wrong."""
        self.prepare(seed)
        if self.service.cut:
            self.loop.network.cut(self.service.cut)
        self.make()
        wrong = list(self.wait())
        time.sleep(times.LATE)
        return wrong + self.look()

    def prepare(self, seed: int) -> None:
        loop = self.loop
        orders.withdraw(loop.orders)
        self.places = loop.forker.do("create_cells", [cell.kind for cell in self.cells])
        self.prepared = list(zip(self.cells, self.places, strict=True))
        loop.sandbox.begin(seed=seed, is_unique=self.service.is_unique, **self.service.switches)
        named = [it["known"] for it in self.places if it["kind"] != "relation"]
        known = [customer for customers in named for customer in customers]
        rows = [{"Code": code, "Bedrijf": name} for code, name in known]
        ids = loop.sandbox.ask("relations", rows)["ids"] if rows else []
        codes = [code for code, _name in known]
        loop.forker.do("make_known", dict(zip(codes, ids, strict=True)))
        self.occupied = self.occupy()
        self.since = max((it["id"] for it in loop.sandbox.ask("requests?limit=1")), default=0)
        for cell, place in self.prepared:
            if cell.fault.rule:
                loop.sandbox.add_faults([self.rule(cell, place)])
            if cell.point:
                holder = str(place["connection"])
                orders.order(loop.orders, cell.point, cell.order, connection=holder)

    def occupy(self) -> frozenset[tuple[str, str]]:
        """Create other documents under our numbers or similar ones. Return their names."""
        pairs = [(cell, place) for cell, place in self.prepared if cell.existing]
        if not pairs:
            return frozenset()
        ending = {ANOTHER: "", NEIGHBOUR: "9"}
        rows = [
            (str(place["kind"]), f"{place['number']}{ending[cell.existing]}")
            for cell, place in pairs
        ]
        named = [{"Code": name, "Bedrijf": SOMEBODY} for kind, name in rows if kind == "relation"]
        self.loop.sandbox.ask("relations", [{"Code": OTHER, "Bedrijf": SOMEBODY}, *named])
        self.loop.forker.do("occupy", OTHER, [row for row in rows if row[0] != "relation"])
        return frozenset((kind.replace(" ", "_"), name) for kind, name in rows)

    def rule(self, cell: Cell, place: dict[str, Any]) -> dict[str, Any]:
        """Limit the fault to the requests of this cell; a login does not show its cell."""
        operation, position = self.request(cell)
        limits: dict[str, Any] = {"operation": operation, "nth": position}
        since = place["year"] if cell.fault.on == "look-up" else place["day"]
        if cell.fault.on in ("login", "logout"):
            limits = {"operation": operation}
        elif cell.is_together and cell.fault.on != "order":
            limits = {"operation": operation, "since": since}
        elif cell.kind == NUMBERED_BY_SERVICE:
            limits |= {"customer": place["customer"]}
        else:
            limits |= {"number": place["number"]}
        if cell.fault.rule["action"] == "redirect":
            limits |= {"location": self.loop.trap.address}
        return {**cell.fault.rule, **limits}

    def request(self, cell: Cell) -> tuple[str, int]:
        """Return the operation that gets the bad answer, and its place among its kind."""
        look_up, add = KINDS[cell.kind]
        return {
            "login": ("OpenSession", 1),
            "look-up": (look_up, 1),
            "order": (add, 1),
            "read-back": (look_up, 2),
            "logout": ("CloseSession", 1),
        }[cell.fault.on]

    def make(self) -> None:
        """Create the document of each cell; a killed process is started again."""
        for cell, place in self.prepared:
            given = (place["connection"], place["kind"])
            if cell.point in MAKING:
                pid = self.loop.forker.do("make", *given, log=self.loop.logs / "maker.log")
                until = time.monotonic() + 20
                while is_alive(pid) and time.monotonic() < until:
                    time.sleep(0.01)
            self.loop.forker.do("make", *given)

    def wait(self) -> Iterator[Finding]:
        """Wait for an allowed end of each cell. Yield those that did not reach one."""
        until = time.monotonic() + BOUND
        while (late := self.not_ended()) and time.monotonic() < until:
            self.loop.group.revive()
            self.resume()
            time.sleep(0.05)
        for cell, state in late:
            yield Finding("stuck" if state in OPEN else "lost", f"{cell}: ended as {state}")

    def resume(self) -> None:
        """Let administrators of paused connections test their codes, which are right."""
        if paused := [row[0] for row in self.asked(PAUSED)]:
            self.loop.forker.do("resume", paused)

    def not_ended(self) -> list[tuple[Cell, str]]:
        states = defaultdict(list)
        for connection, state in self.asked(STATES):
            states[connection].append(state)
        found = []
        for cell, place in self.prepared:
            made = states[place["connection"]]
            others = [state for state in made if state not in cell.allowed]
            if others or len(made) < cell.count:
                found.append((cell, others[0] if others else "nothing"))
        return found

    def asked(self, question: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.loop.postgres.address, autocommit=True) as database:
            return database.execute(question).fetchall()

    def look(self) -> list[Finding]:
        loop = self.loop
        ends = frozenset().union(*(cell.fault.allowed for cell in self.cells)) - {"confirmed"}
        case = Case(
            loop.sandbox.ask("books"),
            loop.sandbox.ask(f"requests?after={self.since}"),
            times.SETTLE_UNIQUE,
            times.EXCHANGE,
            times.LEASE,
            ends,
            self.occupied,
        )
        secrets = loop.sandbox.secrets()
        found, _ = audit(
            loop.postgres.address, case, logs=loop.logs, secrets=secrets, shown_numbers=[]
        )
        if loop.trap.visits:
            found.append(Finding("secret", f"{len(loop.trap.visits)} redirects were followed"))
            loop.trap.visits.clear()
        return [Finding(it.kind, f"{self.cell_of(it.text)}: {it.text}") for it in found]

    def cell_of(self, text: str) -> str:
        """Find the cell of a finding by its number or customer."""
        for cell, place in self.prepared:
            if place["series"] in text or place["customer"] in text:
                return str(cell)
        return "some cell"
