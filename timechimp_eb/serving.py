"""What gunicorn does besides its options: `--config=python:timechimp_eb.serving`."""

import gc
from importlib import import_module
from typing import Any

# The program is loaded once, before the web processes are made; they share its memory.
preload_app = True
# A web process is replaced after so many requests, so that memory that never comes back is freed.
max_requests = 10_000
max_requests_jitter = 2_000


def when_ready(_server: Any) -> None:
    """Load the pages too, and keep the collector from copying what all processes share."""
    import_module("timechimp_eb.urls")
    gc.collect()
    gc.freeze()
