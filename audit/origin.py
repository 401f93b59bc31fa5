"""Who does something, from where: of the request or the job that runs now.

The middleware of the pages sets it for a request, and Celery's signals for a job. Code that records
a change need not know it.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

LONGEST_AGENT = 200


def _nobody() -> None:
    return None


@dataclass(frozen=True)
class Origin:
    """A request, or a job of a worker; neither for a command.

    `user_id`, `organisation_id` and `address` are asked only when something is recorded.
    """

    user_id: Callable[[], int | None] = _nobody
    organisation_id: Callable[[], int | None] = _nobody
    address: Callable[[], str] = str
    user_agent: str = ""
    job: str = ""
    request_id: str = field(default_factory=lambda: f"r-{secrets.token_hex(4)}")


UNKNOWN = Origin(request_id="")
_now: ContextVar[Origin] = ContextVar("audit_origin", default=UNKNOWN)
_jobs: dict[str, Token[Origin]] = {}


def current() -> Origin:
    """Return the origin of what runs now."""
    return _now.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Let what is recorded within come from here."""
    token = _now.set(origin)
    try:
        yield
    finally:
        _now.reset(token)


def job_begins(task_id: str, task: Any, **_signal: Any) -> None:
    """Let what is recorded from now on come from a task of Celery."""
    _jobs[task_id] = _now.set(Origin(job=str(task.name)[:100]))


def job_ends(task_id: str, **_signal: Any) -> None:
    if token := _jobs.pop(task_id, None):
        _now.reset(token)
