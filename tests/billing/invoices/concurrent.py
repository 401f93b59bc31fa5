"""Tasks at the same moment, each in a thread of its own."""

import threading
from collections.abc import Callable

from django.db import connection as database


def together(*tasks: Callable[[], object]) -> list[object]:
    """Run all tasks at the same moment and return their results or exceptions."""
    ready = threading.Barrier(len(tasks))
    results: list[object] = [None] * len(tasks)

    def run(place: int, task: Callable[[], object]) -> None:
        ready.wait(timeout=10)
        try:
            results[place] = task()
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            results[place] = error
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(place, task)) for place, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def unexpected(results: list[object], *, allowed: tuple[type[Exception], ...]) -> list[object]:
    """Return the exceptions that are not of an allowed type."""
    return [r for r in results if isinstance(r, Exception) and not isinstance(r, allowed)]
