"""Bad answers: of which kinds, and how often."""

from typing import Any

from .times import LATE

# Of all answers while it hurts.
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
# The kinds of redirects that tempt a client to send everything once more, elsewhere.
REDIRECTS = (302, 307)


def storm(trap: str) -> list[dict[str, Any]]:
    """All kinds together, each as likely as the other, for as long as it lasts."""
    away = [
        {"action": "redirect", "phase": "before", "status": status, "location": trap}
        for status in REDIRECTS
    ]
    kinds = [*KINDS, *away]
    # The first that strikes wins, so each has this chance of what the earlier ones left.
    chance = 1 - (1 - BAD) ** (1 / len(kinds))
    return [{**kind, "probability": chance, "count": None} for kind in kinds]
