"""A client that counts and times its calls, by what became of them, for metrics and traces."""

import time
from collections.abc import Mapping
from typing import Any

from lib import tracing
from lib.tally import TALLY

from .eboekhouden.client import EBoekhouden
from .eboekhouden.errors import (
    EBoekhoudenError,
    NotConfigured,
    NotSent,
    OutcomeUnknown,
    Refused,
)

CALLS = "service_calls"
SECONDS = "service_call_seconds"
BOUNDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
OUTCOMES: dict[type[EBoekhoudenError], str] = {
    NotConfigured: "not_configured",
    Refused: "refused",
    NotSent: "not_sent",
    OutcomeUnknown: "unknown",
}


class MeasuredClient(EBoekhouden):
    """The client of e-Boekhouden, whose calls are in the metrics."""

    def _call(self, operation: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        began = time.monotonic()
        outcome = "mistake"
        try:
            with tracing.span(f"e-Boekhouden {operation}"):
                answer = super()._call(operation, message)
        except EBoekhoudenError as error:
            outcome = OUTCOMES.get(type(error), "refused")
            raise
        else:
            outcome = "answered"
            return answer
        finally:
            TALLY.count(CALLS, operation, outcome)
            TALLY.observe(SECONDS, time.monotonic() - began, operation, bounds=BOUNDS)
            TALLY.hand_over(at_once=True)
