"""Report unexpected errors to Sentry, if SENTRY_DSN is set: where and what, and nothing of people.

The type of an exception and its places in the code leave, and no text of it: that can hold what
somebody typed. Neither do local variables, bodies, headers, cookies, query strings, addresses of
visitors and log lines. The id of the request does: with it the rest is found in the log.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import sentry_sdk
from sentry_sdk.scrubber import DEFAULT_DENYLIST, EventScrubber
from structlog.contextvars import get_contextvars

from .logs import SECRET, without_tokens

# What a request may say: the rest of it can hold what people typed.
KEPT_OF_REQUEST = ("method",)
LEFT_OUT = "(see the log)"
OURS = [
    *("code_1", "code_2", "codes", "sealed_code_1", "sealed_code_2", "credential_keys"),
    *("securitycode1", "securitycode2", "sessionid", "iban", "vat_number", "email", "bsn"),
]


def start(dsn: str, *, version: str, **more: Any) -> None:
    """Report from now on. Without a DSN nothing is loaded and nothing leaves."""
    if not dsn:
        return
    # Personal data are not sent by default; `clean` leaves out what a later default might add.
    sentry_sdk.init(
        dsn=dsn,
        release=version,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        traces_sample_rate=None,
        event_scrubber=EventScrubber(denylist=[*DEFAULT_DENYLIST, *OURS], recursive=True),
        before_send=clean,
        **more,
    )


def clean(event: Any, _hint: Mapping[str, Any]) -> Any:
    """Return the event without what may be personal or secret, and with the id of the request."""
    event.pop("user", None)
    event.pop("breadcrumbs", None)
    event["extra"] = {key: value for key, value in event.get("extra", {}).items() if key == "task"}
    event["request"] = _request(event.get("request", {}))
    for exception in event.get("exception", {}).get("values", ()):
        exception["value"] = LEFT_OUT
    if "logentry" in event:
        event["logentry"] = {"message": _event_name(event["logentry"])}
    if request_id := get_contextvars().get("request_id"):
        event.setdefault("tags", {})["request_id"] = request_id
    return _without_secrets(event)


def _event_name(entry: Mapping[str, Any]) -> str:
    """Return the name of what was logged, such as delivery.failed, without its values."""
    return str(entry.get("message", "")).partition(" ")[0]


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the method and the path."""
    kept = {name: request[name] for name in KEPT_OF_REQUEST if name in request}
    path = urlsplit(str(request.get("url", ""))).path
    return {**kept, "url": without_tokens(path)} if path else kept


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "…" if SECRET.search(str(key)) else _without_secrets(one)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    return without_tokens(value) if isinstance(value, str) else value
