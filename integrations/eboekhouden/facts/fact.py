"""The meaning of an error code: its class, and in two languages what to do."""

from dataclasses import dataclass
from enum import StrEnum


class CodeClass(StrEnum):
    """The kind of refusal, which decides who can act on it."""

    CREDENTIALS = "credentials"  # the administrator, in the settings
    SESSION = "session"  # nobody: a new session is opened
    QUOTA = "quota"  # nobody: wait until tomorrow or next month
    EXISTS = "exists"  # look it up and compare
    RELATION = "relation"  # e-Boekhouden has no such relation
    SETTINGS = "settings"  # the administrator: template, ledger account, cost centre, VAT code
    PERIOD_CLOSED = "period-closed"  # the bookkeeper, or another date
    DATA = "data"  # the author of the document
    UNKNOWN = "unknown"  # a code that is not in our facts


@dataclass(frozen=True)
class CodeFact:
    """One meaning of a code, with the Dutch sentence that the service sends with it.

    `{line}` in our own sentences is replaced by the line that the service names.
    """

    code: str
    text: str
    code_class: CodeClass
    english: str
    dutch: str


def normalise(code: str) -> str:
    """Return the code without dots and blanks: the service writes both E002.3 and E0023."""
    return "".join(code.split()).replace(".", "").upper()
