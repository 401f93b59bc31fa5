"""Wait for what another process or thread does."""

import time
from collections.abc import Callable


def until(question: Callable[[], object], *, seconds: float = 300) -> None:
    """Return once the question has a true answer; fail after so many seconds."""
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
