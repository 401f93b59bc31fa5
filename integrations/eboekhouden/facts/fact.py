"""What one error code means: its class, and a sentence in two languages saying what to do."""

from dataclasses import dataclass
from enum import StrEnum


class CodeClass(StrEnum):
    """What kind of refusal a code is, which decides who can do something about it."""

    CREDENTIALS = "credentials"  # the administrator, in the settings
    SESSION = "session"  # nobody: a new session is opened
    QUOTA = "quota"  # nobody: wait until tomorrow or next month
    EXISTS = "exists"  # look it up and compare
    RELATION = "relation"  # the customer is not there
    SETTINGS = "settings"  # the administrator: template, ledger account, cost centre, VAT code
    PERIOD_CLOSED = "period-closed"  # the bookkeeper, or another date
    DATA = "data"  # whoever wrote the document
    UNKNOWN = "unknown"  # a code we have no knowledge of


@dataclass(frozen=True)
class CodeFact:
    """One meaning of one code, with the Dutch sentence the service sends along.

    `{line}` in our own sentences is filled with the line the service names.
    """

    code: str
    text: str
    code_class: CodeClass
    english: str
    dutch: str


def normalise(code: str) -> str:
    """The code without dots and blanks: the service writes E002.3 as well as E0023."""
    return "".join(code.split()).replace(".", "").upper()
