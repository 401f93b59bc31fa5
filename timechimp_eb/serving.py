"""What gunicorn does besides its options: `--config=python:timechimp_eb.serving`."""

import gc
from importlib import import_module
from typing import Any

import gunicorn.glogging

from .logs import without_tokens

# The program is loaded once, before the web processes are made; they share its memory.
preload_app = True
# A web process is replaced after so many requests, so that memory that never comes back is freed.
max_requests = 10_000
max_requests_jitter = 2_000
logger_class = "timechimp_eb.serving.Logger"
# Loading makes a million objects, and all of them stay: to search them for garbage again and again
# is a tenth of the start. `when_ready` switches the collector on.
gc.disable()


class Logger(gunicorn.glogging.Logger):
    """gunicorn's logger; the access log has no tokens of links, whatever its format says."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        found = super().atoms(*args)
        return {
            key: without_tokens(value) if isinstance(value, str) else value
            for key, value in found.items()
        }


def when_ready(_server: Any) -> None:
    """Load the pages too, and keep the collector from copying what all processes share."""
    import_module("timechimp_eb.urls")
    gc.collect()
    gc.freeze()
    gc.enable()
