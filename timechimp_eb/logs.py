"""One line an event, never a secret: how structlog writes, in every process.

Without this structlog would draw tracebacks with all local variables where it finds the means to,
and a security code is a local variable while it is being sent.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(
    r"code_?[12]|securitycode|password|secret|token|session|credential", re.IGNORECASE
)


def configure() -> None:
    """Events go through Python's logging, as `event key=value`; of an exception only its lines."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            hide_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Whatever is named like a secret is not written."""
    return {key: "…" if SECRET.search(key) else value for key, value in event.items()}
