"""What another process does between two statements of this one."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection as database


@contextlib.contextmanager
def just_before(statement: str, action: Callable[[], object]) -> Iterator[None]:
    """Run the action once, right before the first SQL statement that begins with these words."""
    waiting = [action]

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        if waiting and sql.replace('"', "").startswith(statement):
            waiting.pop()()
        return execute(sql, *rest)

    with database.execute_wrapper(wrapper):
        yield
    assert not waiting, f"no statement began with {statement!r}"
