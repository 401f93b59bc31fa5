"""Give orders for fail points (see failing.py), and read which were carried out."""

import os
import time
from collections import Counter
from pathlib import Path

CARRIED_OUT = "struck"


def order(folder: Path, point: str, act: str, *, connection: str = "any") -> None:
    """Give an order atomically; it replaces an earlier one at the same point."""
    draft = folder / f"draft-{os.getpid()}"
    draft.write_text(act)
    (folder / f"{connection}:{point}.passed").unlink(missing_ok=True)
    draft.rename(folder / f"{connection}:{point}")


def withdraw(folder: Path) -> None:
    for path in folder.glob("*:*"):
        path.unlink(missing_ok=True)


def carried_out(folder: Path) -> list[list[str]]:
    """Return every order that was carried out: its name, the act and the pid."""
    log = folder / CARRIED_OUT
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def prove(folder: Path, act: str) -> None:
    """Note that an act had its effect; an empty file can be made when nothing can be written."""
    (folder / f"proof-{act}-{os.getpid()}-{time.monotonic_ns()}").touch()


def proofs(folder: Path) -> Counter[str]:
    """Count the noted effects by act, and forget them."""
    found: Counter[str] = Counter()
    for path in folder.glob("proof-*"):
        found[path.name.split("-")[1]] += 1
        path.unlink()
    return found
