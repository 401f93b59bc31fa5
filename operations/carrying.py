"""Carry who asked, and the id of the request, to the worker and into its log lines."""

from collections.abc import Mapping
from typing import Any

import structlog
from celery.signals import before_task_publish, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from lib.tally import TALLY

from .requests import REQUEST_ID, WELL_FORMED, WHO

log = structlog.get_logger(__name__)


@before_task_publish.connect(weak=False)
def give(headers: dict[str, Any] | None = None, **_: object) -> None:
    """Put what is known of the request that is being answered into the message."""
    if headers is not None:
        headers |= _well_formed(get_contextvars())


@task_prerun.connect(weak=False)
def take(task: Any = None, **_: object) -> None:
    """Bind it for what the task logs; a task of the schedule has none."""
    given = {name: getattr(task.request, name, None) for name in (REQUEST_ID, *WHO)}
    bind_contextvars(task=task.name, **_well_formed(given))


@task_postrun.connect(weak=False)
def drop(**_: object) -> None:
    unbind_contextvars(REQUEST_ID, *WHO, "task")
    TALLY.hand_over()


def _well_formed(given: Mapping[str, Any]) -> dict[str, str | int]:
    """Return the ids among these values; a message could say anything."""
    found: dict[str, str | int] = {
        name: given[name] for name in WHO if isinstance(given.get(name), int)
    }
    if WELL_FORMED.fullmatch(str(given.get(REQUEST_ID) or "")):
        found[REQUEST_ID] = given[REQUEST_ID]
    return found
