"""Bad answers of the sandbox: which kinds, and how often."""

from typing import Any

from .times import LATE

# The share of bad answers during faults.
BAD = 0.5
KINDS: list[dict[str, Any]] = [
    {"action": "drop", "phase": "before"},
    {"action": "drop", "phase": "after"},
    {"action": "drop", "phase": "during"},
    {"action": "html", "phase": "before"},
    {"action": "html", "phase": "after", "status": 200},
    {"action": "html", "phase": "during"},
    {"action": "fault", "phase": "before"},
    {"action": "fault", "phase": "after"},
    {"action": "truncate", "phase": "after"},
    {"action": "delay", "phase": "before", "seconds": LATE},
    {"action": "delay", "phase": "after", "seconds": LATE},
    {"action": "drip", "phase": "after", "seconds": LATE},
    {"action": "expire", "phase": "before"},
    {"action": "error_code", "phase": "before"},
    {"action": "error_code", "phase": "after"},
    {"action": "wrong_number", "phase": "after"},
    {"action": "wrong_operation", "phase": "before"},
    {"action": "empty", "phase": "after"},
    {"action": "status", "phase": "before"},
    {"action": "dtd", "phase": "after"},
]
# Redirects after which some clients send the whole request again to another address.
REDIRECTS = (302, 307)


def random_faults(trap: str) -> list[dict[str, Any]]:
    """Return all kinds together, equally likely, until they are withdrawn."""
    away = [
        {"action": "redirect", "phase": "before", "status": status, "location": trap}
        for status in REDIRECTS
    ]
    kinds = [*KINDS, *away]
    # The first fault that applies is used, so each has this chance among the remaining requests.
    chance = 1 - (1 - BAD) ** (1 / len(kinds))
    return [{**kind, "probability": chance, "count": None} for kind in kinds]
