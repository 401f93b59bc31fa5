"""Named places at which a test may kill, stop or fail a process. Elsewhere nothing happens there.

Nothing in the program arms them and no setting of an operator can: tools/crash/failing.py does,
in the processes that the killing loop starts.
"""

from collections.abc import Callable

ARMED: list[Callable[[str], None]] = []


def failpoint(name: str) -> None:
    """Goes on, unless a test wants something to happen here."""
    for act in ARMED:
        act(name)
