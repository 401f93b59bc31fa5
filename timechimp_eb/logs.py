"""Configure structlog for all processes: one line per event, without secrets.

By default structlog prints tracebacks with all local variables if it finds `rich`. During a
call, a security code is a local variable.
"""

import logging
import re
import time
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
# Of a request, and of the work in the background that it asked for.
CONTEXT = ("user", "organisation", "request_id")


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


class AddsContext(logging.Filter):
    """A filter that adds who asks and the id of the request to what Django and libraries log."""

    def filter(self, record: logging.LogRecord) -> bool:
        bound = structlog.contextvars.get_contextvars()
        known = [f"{name}={bound[name]!r}" for name in CONTEXT if name in bound]
        if known and not hasattr(record, "has_context"):
            record.msg, record.args = " ".join([record.getMessage(), *known]), ()
            record.has_context = True
        return True


class UtcFormatter(logging.Formatter):
    """A formatter whose moments are in UTC and say so: `2026-11-30T21:05:09.123Z`."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


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
            mark_as_complete,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def mark_as_complete(
    _logger: object, _method: str, line: Any
) -> tuple[tuple[str], dict[str, dict[str, bool]]]:
    """Return what to give to Python's logging, with the mark that `AddsContext` looks for.

    The text itself proves nothing: a visitor chooses the address in "Not Found: …".
    """
    return (line,), {"extra": {"has_context": True}}


def hide_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the values of keys that are named like a secret."""
    return {key: "…" if SECRET.search(key) else value for key, value in event.items()}
