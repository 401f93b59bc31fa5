"""Give orders for fail points (see failing.py), and read which were carried out."""

import os
from pathlib import Path

STRUCK = "struck"


def order(folder: Path, point: str, what: str, *, whose: str = "any") -> None:
    """Give an order atomically; it replaces an earlier one at the same point."""
    draft = folder / f"draft-{os.getpid()}"
    draft.write_text(what)
    (folder / f"{whose}:{point}.passed").unlink(missing_ok=True)
    draft.rename(folder / f"{whose}:{point}")


def withdraw(folder: Path) -> None:
    for path in folder.glob("*:*"):
        path.unlink(missing_ok=True)


def struck(folder: Path) -> list[list[str]]:
    """Return every order that was carried out: its name, the act and the pid."""
    told = folder / STRUCK
    return [line.split() for line in told.read_text().splitlines()] if told.exists() else []
