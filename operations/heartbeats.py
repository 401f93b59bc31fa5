"""A dead man's switch: addresses that are asked while all is well, and are silent otherwise.

A service elsewhere (in the manner of healthchecks.io) warns when it hears nothing. The request
carries no data, and what goes wrong with it is logged only.
"""

import contextvars
import http.client
import threading
from urllib.parse import urlsplit

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
# The request has so many seconds as a whole; whoever asks waits no longer.
DEADLINE = 10
STEP_SECONDS = 5


def ping_beat() -> None:
    """Say that beat, the broker and a worker live: one of the workers runs this."""
    _ping(settings.HEARTBEAT_URL_BEAT, failed=False)


def ping_backup(*, failed: bool = False) -> None:
    """Say that a backup was made, or that it failed."""
    _ping(settings.HEARTBEAT_URL_BACKUP, failed=failed)


def _ping(address: str, *, failed: bool) -> None:
    if not address:
        return
    # An answer that comes in drips would outlast any timeout of a socket.
    # The line that it may log has the id of the request, as others have.
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_ask, address, failed), daemon=True)
    thread.start()
    thread.join(DEADLINE)
    if thread.is_alive():
        _not_heard("deadline")


def _ask(address: str, failed: bool) -> None:  # noqa: FBT001  # arguments of a thread
    try:
        status = _status_of(address, failed=failed)
    except (OSError, http.client.HTTPException, ValueError) as error:
        _not_heard(type(error).__name__)
        return
    if status >= 300:  # no success; no redirect is followed
        _not_heard(f"status {status}")


def _status_of(address: str, *, failed: bool) -> int:
    parts = urlsplit(address)
    path = (parts.path.rstrip("/") + ("/fail" if failed else "")) or "/"
    query = f"?{parts.query}" if parts.query else ""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=STEP_SECONDS)
    try:
        connection.request("GET", path + query, headers={"User-Agent": "heartbeat"})
        return connection.getresponse().status
    finally:
        connection.close()


def _not_heard(reason: str) -> None:
    # Without the address: who knows it can silence the alarm.
    log.warning("heartbeat.not_heard", reason=reason)
