"""Count logins with a wrong password."""

from lib.tally import TALLY

FAILED = "login_failures"


def note(**_: object) -> None:
    """Count one; on the signal that Django sends when no backend accepts the password."""
    TALLY.count(FAILED)
