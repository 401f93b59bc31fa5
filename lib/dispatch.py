"""Enqueue tasks for workers, after the commit.

The database holds what must be done; a message only shortens the wait. If the broker is down, a
warning is logged and the periodic sweep of that work (timechimp_eb/schedule.py) finds it.
"""

from collections.abc import Callable

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)
EXPIRES = 3600  # seconds; by then a sweep has asked again


def enqueue(
    task: str,
    *arguments: object,
    expires: float | None = EXPIRES,
    on_failure: Callable[[], object] | None = None,
) -> None:
    """Send a task to the workers once the transaction is committed; without one, at once.

    A rollback sends nothing. If the broker cannot be reached, `on_failure` is called and no
    exception is raised. `task` is the task's full name, `expires` its age limit in seconds.
    """
    transaction.on_commit(lambda: _send(task, arguments, expires, on_failure))


def _send(
    task: str,
    arguments: tuple[object, ...],
    expires: float | None,
    on_failure: Callable[[], object] | None,
) -> None:
    try:
        current_app.send_task(task, args=arguments, expires=expires)
    except (OperationalError, OSError) as error:
        log.warning("dispatch.failed", task=task, arguments=arguments, error=type(error).__name__)
        if on_failure:
            on_failure()
