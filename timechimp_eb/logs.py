"""Configure structlog for all processes: one line per event, without secrets.

By default structlog prints tracebacks with all local variables if it finds `rich`. During a
call, a security code is a local variable.
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET = re.compile(
    r"code_?[12]|securitycode|password|secret|token|session|credential", re.IGNORECASE
)

# Links that work without a password: to choose one, and to confirm an address.
# Also the addresses of files, and the code with which a provider answers a login.
LINK = re.compile(
    r"(/account/password/reset/key/|/profile/e-mail/|/files/|/account/provider/\w+/callback/\?)"
    r"[^\s/?\"']+"
)


def without_tokens(text: str) -> str:
    """Return a line of a log with the secret part of links left out."""
    return LINK.sub(r"\1…", text)


class HidesLinks(logging.Filter):
    """A filter that leaves the tokens of links out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = without_tokens(message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True


class AddsRequestId(logging.Filter):
    """A filter that adds the id of the request to what Django and libraries log during it."""

    def filter(self, record: logging.LogRecord) -> bool:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        message = record.getMessage()
        if request_id and "request_id=" not in message:
            record.msg, record.args = f"{message} request_id='{request_id}'", ()
        return True


class WithoutTraceback(logging.Filter):
    """A filter for what a visitor causes by a wrong request: one line says enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info, record.exc_text = None, None
        return True


def configure() -> None:
    """Send events through Python's logging, as `event key=value`; exceptions without variables."""
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
    """Replace the values of keys that are named like a secret."""
    return {key: "…" if SECRET.search(key) else value for key, value in event.items()}
