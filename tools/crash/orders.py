"""Give orders for fail points (see failing.py), and read which were carried out."""

import os
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
