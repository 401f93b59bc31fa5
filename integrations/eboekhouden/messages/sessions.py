"""Messages to open, use and close a session."""

from dataclasses import dataclass
from typing import Any

from ..errors import NotSent
from ..facts import limits
from . import fields

_SOURCE = "urenboek"


@dataclass(frozen=True)
class Credentials:
    """Username and security codes of an administration; never shown, never logged."""

    username: str
    security_code_1: str
    security_code_2: str

    def __repr__(self) -> str:
        return "Credentials(…)"

    def to_service(self) -> dict[str, Any]:
        """Return the arguments of OpenSession."""
        return {
            "Username": self._text("username"),
            "SecurityCode1": self._text("security_code_1"),
            "SecurityCode2": self._text("security_code_2"),
            "Source": _SOURCE,
        }

    def for_session(self, session: str) -> dict[str, str]:
        """Return the arguments that every call in a session has."""
        return {"SessionID": session, "SecurityCode2": self.security_code_2}

    def _text(self, name: str) -> str:
        return fields.text(name, getattr(self, name), limits.CREDENTIALS[name], required=True)


def closing(session: str) -> dict[str, str]:
    """Return the argument of CloseSession."""
    return {"SessionID": session}


def session_in(answer: fields.Row) -> str:
    """Return the session in an answer of OpenSession.

    Raises NotSent if there is none, because nothing else was sent yet.
    """
    session = fields.read_text(answer, "SessionID").strip()
    if not session:
        raise NotSent("no-session")
    return session
