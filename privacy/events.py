"""The one place where an event of privacy is recorded: who exported, erased or closed what."""

from typing import Any

import structlog

log = structlog.get_logger(__name__)

EXPORTED, DOWNLOADED = "privacy.exported", "privacy.downloaded"
ERASED, FORGOTTEN = "privacy.erased", "privacy.forgotten"
CLOSED, REOPENED, ENDED = "privacy.closed", "privacy.reopened", "privacy.ended"
PURGED = "privacy.purged"


def record(event: str, **details: Any) -> None:
    """Record an event; `details` are ids and counts, never names or addresses."""
    log.info(event, **details)
