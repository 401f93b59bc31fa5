"""Spans of what takes time elsewhere, if traces are collected; otherwise this costs nothing.

`timechimp_eb.tracing` sets the tracer, so that only an installation with a collector loads one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The tracer of OpenTelemetry, or None.
_tracer: Any = None


def use(tracer: Any) -> None:
    """Make the spans of this process with this tracer; with None make none."""
    global _tracer  # noqa: PLW0603 one tracer for a process
    _tracer = tracer


@contextmanager
def span(name: str) -> Iterator[None]:
    """Time what is done inside. The name must hold no value of a customer or a person."""
    if _tracer is None:
        yield
        return
    # The text of an exception can hold what people typed: only that there was one is kept.
    with _tracer.start_as_current_span(name, record_exception=False):
        yield
