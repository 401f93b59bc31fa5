"""Named points where a test may kill, stop or fail a process. Without a test they do nothing.

Neither the program nor a setting can arm them. Only tools/crash/failing.py does, in the processes
that the crash test starts.
"""

from collections.abc import Callable

ARMED: list[Callable[[str], None]] = []


def failpoint(name: str) -> None:
    """Run what a test has armed for this point, if anything."""
    for act in ARMED:
        act(name)
