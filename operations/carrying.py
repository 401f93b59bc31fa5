"""Carry the id of a request to the worker that does what it asked for, and into its log lines."""

from typing import Any

import structlog
from celery.signals import before_task_publish, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from lib.tally import TALLY

from .requests import WELL_FORMED

HEADER = "request_id"
NAMES = ("request_id", "task")
log = structlog.get_logger(__name__)


@before_task_publish.connect(weak=False)
def give(headers: dict[str, Any] | None = None, **_: object) -> None:
    """Put the id of the request that is being answered into the message."""
    request_id = get_contextvars().get("request_id")
    if request_id and headers is not None:
        headers[HEADER] = request_id


@task_prerun.connect(weak=False)
def take(task: Any = None, **_: object) -> None:
    """Bind the id for what the task logs; a task of the schedule has none."""
    given = str(getattr(task.request, HEADER, None) or "")
    values = {HEADER: given} if WELL_FORMED.fullmatch(given) else {}
    bind_contextvars(task=task.name, **values)


@task_postrun.connect(weak=False)
def drop(**_: object) -> None:
    unbind_contextvars(*NAMES)
    TALLY.hand_over()
