"""Orders for fail points: what happens to the process that passes one.

An order is a file in the folder that FAILPOINTS names: its name says for which connection and where
(`any:after-intent`, or the number of a connection instead of `any`), its content what:

kill@2      the second process to pass kills itself (SIGKILL)
stop=1.5    it is stopped (SIGSTOP) and continued (SIGCONT) after 1.5 s
sleep=0.4   it waits
raise       it fails with an unexpected error
cut         it loses its connections to the database
leave       its worker is asked to stop (SIGTERM)
group       its worker is killed, with all processes

Each order is carried out once, by one process; the file `struck` tells which were.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from django.db import connections

from .orders import STRUCK

# Two sleeps of one process would add up to longer than any waiting time.
REST = 4.0
# The connection that this process holds: it does one thing at a time.
HELD: list[int] = []


class Planned(Exception):
    """What `raise` raises."""


class Orders:
    """Look for an order at every point, and carry it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.slept_at = -REST

    def __call__(self, point: str) -> None:
        for whose in (*map(str, HELD), "any"):
            order = self.folder / f"{whose}:{point}"
            if order.exists():
                self.consider(order)

    def consider(self, order: Path) -> None:
        try:
            what, _, turn = order.read_text().partition("@")
            if passings(order) < int(turn or 1):
                return
            order.unlink()
        except FileNotFoundError:
            return  # another process took it
        self.carry_out(order.name, *what.partition("=")[::2])

    def carry_out(self, name: str, what: str, figure: str) -> None:
        if what == "stop" and time.monotonic() - self.slept_at < REST:
            return
        with (self.folder / STRUCK).open("a") as told:
            told.write(f"{name} {what} {os.getpid()}\n")
        match what:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stop":
                stop_for(float(figure))
                self.slept_at = time.monotonic()
            case "sleep":
                time.sleep(float(figure))
            case "raise":
                raise Planned(name)
            case "cut":
                cut_off()
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


def cut_off() -> None:
    """Shut the connections to PostgreSQL down, in both directions."""
    for open_one in connections.all(initialized_only=True):
        if open_one.connection is not None:
            with socket.socket(fileno=os.dup(open_one.connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)


def stop_for(seconds: float) -> None:
    """Stop this process; a shell continues it later."""
    wake = f"sleep {seconds}; kill -CONT {os.getpid()}"
    subprocess.Popen(["sh", "-c", wake], start_new_session=True)
    os.kill(os.getpid(), signal.SIGSTOP)
