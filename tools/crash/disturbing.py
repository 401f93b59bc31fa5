"""Faults in the processes while the program works."""

from __future__ import annotations

import math
import random
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import orders, times
from .points import DELIVERING, EXCHANGING, MAKING
from .processes import WEB, WORKERS, Part, end, send_to

if TYPE_CHECKING:
    from .running import Loop, LoopOptions

# An hour ahead and behind, as after a wrong change of the time of the year.
CLOCKS = ("clock=3600", "clock=-3600")


class Disturber:
    """Random faults, and orders at fail points."""

    def __init__(self, loop: Loop, options: LoopOptions, dice: random.Random) -> None:
        self.loop, self.options, self.dice = loop, options, dice
        self.figures = loop.figures
        self.sleeping: list[tuple[float, int]] = []
        self.read_only_until = math.inf
        self.longest = times.SLEEP_UNIQUE if options.is_unique else times.SLEEP_ALONE
        self.actions = {
            self.child: 1.5,
            self.sleep: 1 if options.is_unique else 0,
            self.web: 1,
            self.flush: 1,
            self.person: 0.5,
            self.beat: 0.05,
            self.worker: 0.5,
            self.goodbye: 0.5,
            self.network: 0.5,
            self.read_only: 0.3,
            self.nothing: 12,
        }

    def disturb(self, *, until: float, person: Callable[[], int]) -> None:
        began, self.start_person = time.monotonic(), person
        stop_at = began + self.dice.uniform(0.3, 0.8) * (until - began)
        before = len(orders.carried_out(self.loop.orders))
        while time.monotonic() < until:
            self.aim()
            time.sleep(self.dice.uniform(0.03, 0.12))
            self.continue_processes(now=time.monotonic())
            if self.read_only_until < time.monotonic():
                self.write_again()
            self.dice.choices(list(self.actions), weights=list(self.actions.values()))[0]()
            self.loop.group.revive()
            self.start_person()
            if self.options.hard_stops and stop_at < time.monotonic():
                stop_at = math.inf
                self.stop_the_database()
        self.continue_processes(now=until + 60)
        self.write_again()
        self.count_orders(orders.carried_out(self.loop.orders)[before:])

    # Aimed

    def aim(self) -> None:
        """Keep two orders waiting for deliveries, and sometimes one for creating documents."""
        waiting = {path.name for path in self.loop.orders.glob("any:*") if path.suffix == ""}
        for points, chance in ((DELIVERING, 1), (EXCHANGING, 1), (MAKING, 0.2)):
            is_waiting = any(f"any:{point}" in waiting for point in points)
            if not is_waiting and self.dice.random() < chance:
                point = self.dice.choice(list(points))
                orders.order(self.loop.orders, point, self.choose_act(point))

    def choose_act(self, point: str) -> str:
        passing = self.dice.randint(1, 4 if point in EXCHANGING else 2)
        sleep = self.dice.uniform(0.2, self.longest)
        acts = ["kill", f"stop={sleep:.2f}", f"sleep={self.dice.uniform(0.05, 0.4):.2f}", "raise"]
        acts += [f"full={self.dice.uniform(0.1, 0.6):.2f}", self.dice.choice(CLOCKS)]
        # A slow creation gives other processes time to select the same registrations.
        weights = [6, 0, 10, 1, 3, 0] if point in MAKING else [14, 4, 1, 1, 2, 2]
        return f"{self.dice.choices(acts, weights=weights)[0]}@{passing}"

    def count_orders(self, carried_out: list[list[str]]) -> None:
        for _name, act, _pid in carried_out:
            self.figures[{"kill": "kills", "stop": "stops"}.get(act, "other orders")] += 1
            self.figures["aimed"] += 1

    # At random

    def nothing(self) -> None:
        """Do nothing this time."""

    def child(self) -> None:
        self.kill_one_of(self.dice.choice(WORKERS))

    def web(self) -> None:
        self.kill_one_of(WEB)

    def kill_one_of(self, name: str) -> None:
        if children := self.part(name).children():
            send_to(self.dice.choice(children), signal.SIGKILL)
            self.figures["kills"] += 1

    def sleep(self) -> None:
        if children := self.part(self.dice.choice(WORKERS)).children():
            pid = self.dice.choice(children)
            send_to(pid, signal.SIGSTOP)
            self.sleeping.append((time.monotonic() + self.dice.uniform(0.2, self.longest), pid))
            self.figures["stops"] += 1

    def flush(self) -> None:
        self.loop.valkey.client().flushall()
        self.figures["flushes"] += 1

    def person(self) -> None:
        send_to(self.start_person(), signal.SIGKILL)
        self.figures["kills"] += 1

    def network(self) -> None:
        """Cut the network to the service, for longer than a request waits or less."""
        self.loop.network.cut(self.dice.uniform(0.1, 2 * times.EXCHANGE))

    def read_only(self) -> None:
        """Let the whole database refuse to write, as a replica or a full disk of it does."""
        self.loop.postgres.set_read_only(value=True)
        self.read_only_until = time.monotonic() + self.dice.uniform(0.1, 0.6)

    def write_again(self) -> None:
        self.loop.postgres.set_read_only(value=False)
        self.read_only_until = math.inf

    def beat(self) -> None:
        end(self.part("beat"))
        self.figures["kills"] += 1

    def worker(self) -> None:
        """Kill a whole worker, parent and children."""
        if worker := self.worker_to_end():
            end(worker)
            self.figures["kills"] += 1

    def goodbye(self) -> None:
        """Ask a worker to stop (SIGTERM), as a new version does; another one replaces it."""
        if worker := self.worker_to_end():
            send_to(worker.pid, signal.SIGTERM)
            self.figures["goodbyes"] += 1

    def worker_to_end(self) -> Part | None:
        """Return a worker to end; not often, because starting one takes seconds."""
        if 5 * self.figures["spared"] < self.figures["runs"]:
            self.figures["spared"] += 1
            return self.part(self.dice.choice(WORKERS))
        return None

    def part(self, name: str) -> Part:
        return next(part for part in self.loop.group.parts if part.name == name)

    def stop_the_database(self) -> None:
        self.loop.postgres.stop()
        self.loop.postgres.start()
        self.figures["database stops"] += 1

    def continue_processes(self, *, now: float) -> None:
        """Continue the processes whose sleep is over."""
        for until, pid in self.sleeping:
            if until <= now:
                send_to(pid, signal.SIGCONT)
        self.sleeping = [(until, pid) for until, pid in self.sleeping if until > now]
