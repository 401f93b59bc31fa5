"""Orders for fail points: what happens to the process that passes one.

An order is a file in the folder that FAILPOINTS names. Its name has the connection and the point
(`any:after-intent`, or the id of a connection instead of `any`), its content the act:

kill@2      the second process to pass kills itself (SIGKILL)
stop=1.5    it is stopped (SIGSTOP) and continued (SIGCONT) after 1.5 s
sleep=0.4   it waits
raise       it fails with an unexpected error
cut         it loses its connections to the database
leave       its worker is asked to stop (SIGTERM)
group       its worker is killed, with all processes

Each order is carried out once, by one process, and is then added to the file `struck`.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from django.db import connections

from .orders import CARRIED_OUT, prove
from .surroundings import SURROUNDINGS

# Two sleeps of one process would add up to longer than any waiting time.
REST = 4.0
# The connection whose lease this process holds, if any.
HELD: list[int] = []


class Planned(Exception):
    """The exception of the act `raise`."""


class Orders:
    """Look for an order at every point, and carry it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.slept_at = -REST

    def __call__(self, point: str) -> None:
        for connection in (*map(str, HELD), "any"):
            order = self.folder / f"{connection}:{point}"
            if order.exists():
                self.consider(order)

    def consider(self, order: Path) -> None:
        try:
            act, _, passing = order.read_text().partition("@")
            if passings(order) < int(passing or 1):
                return
            order.unlink()
        except OSError:
            return  # another process took it, or the disk of this one is full
        name, _, figure = act.partition("=")
        if name == "stop" and time.monotonic() - self.slept_at < REST:
            return
        with (self.folder / CARRIED_OUT).open("a") as log:
            log.write(f"{order.name} {name} {os.getpid()}\n")
        if name in SURROUNDINGS:
            if SURROUNDINGS[name](self.folder, float(figure)):
                prove(self.folder, name)
        else:
            self.carry_out(order.name, name, figure)

    def carry_out(self, name: str, act: str, figure: str) -> None:
        match act:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                pause_process(float(figure))
                self.slept_at = time.monotonic()
            case "sleep":
                time.sleep(float(figure))
            case "raise":
                raise Planned(name)
            case "cut":
                cut_database_connections()
            case "leave":
                os.kill(os.getppid(), signal.SIGTERM)
            case "group":
                os.killpg(os.getpgid(0), signal.SIGKILL)


def passings(order: Path) -> int:
    """Count the processes that passed this order, including this one."""
    with order.with_name(f"{order.name}.passed").open("ab") as count:
        count.write(b".")
        count.flush()
        return count.tell()


def cut_database_connections() -> None:
    """Shut the connections to PostgreSQL down, in both directions."""
    for open_one in connections.all(initialized_only=True):
        if open_one.connection is not None:
            with socket.socket(fileno=os.dup(open_one.connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def pause_process(seconds: float) -> None:
    """Stop this process; a shell continues it later."""
    command = f"sleep {seconds}; kill -CONT {os.getpid()}"
    subprocess.Popen(["sh", "-c", command], start_new_session=True)
    os.kill(os.getpid(), signal.SIGSTOP)
