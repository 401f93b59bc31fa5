"""What gunicorn does besides its options: `--config=python:timechimp_eb.serving`."""

import gc
import logging
import time
from importlib import import_module
from typing import Any

import gunicorn.glogging

from accounts.login.client_addresses import address_in
from operations.requests import USER

from .logs import without_tokens

# The program is loaded once, before the web processes are made; they share its memory.
preload_app = True
# A web process is replaced after so many requests, so that memory that never comes back is freed.
max_requests = 10_000
max_requests_jitter = 2_000
logger_class = "timechimp_eb.serving.Logger"
access_log_format = (
    '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" request_id=%({x-request-id}o)s'
)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
# Loading makes a million objects, and all of them stay: to search them for garbage again and again
# is a tenth of the start. `when_ready` switches the collector on.
gc.disable()


class Logger(gunicorn.glogging.Logger):
    """gunicorn's logger, in UTC; the access log has no tokens of links, whatever its format says.

    It has the address of the visitor, also behind our own proxies, and the id of who asked.
    """

    datefmt = MOMENT

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found = super().atoms(resp, req, environ, request_time)
        found |= {"h": address_in(environ), "u": environ.get(USER, "-")}
        return {
            key: without_tokens(value) if isinstance(value, str) else value
            for key, value in found.items()
        }

    def now(self) -> str:
        return time.strftime(MOMENT, time.gmtime())

    def _set_handler(
        self, log: Any, output: Any, fmt: logging.Formatter, stream: Any = None
    ) -> None:
        fmt.converter = time.gmtime
        super()._set_handler(log, output, fmt, stream)


def when_ready(_server: Any) -> None:
    """Load the pages too, and keep the collector from copying what all processes share."""
    import_module("timechimp_eb.urls")
    gc.collect()
    gc.freeze()
    gc.enable()
