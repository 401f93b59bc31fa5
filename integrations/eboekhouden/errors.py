"""Errors of a call to e-Boekhouden, named by what may be done next.

Reasons are machine words. Before sending: `connection-refused`, `connect-timeout`,
`name-resolution`, `tls`, `connect-failed`, `no-session`. After sending: `timeout`,
`connection-lost`, `redirect`, `html`, `fault`, `too-many-requests`, `http-error`, `empty`,
`truncated`, `oversize`, `not-xml`, `forbidden-xml`, `wrong-answer`, `no-number`, `other-number`,
`row-cap`.
"""

import re
import unicodedata

from .facts.codes import CodeClass, classify, normalise

_PLAIN_CODE = re.compile(r"[A-Z]{1,8}[0-9]{1,6}")


class EBoekhoudenError(Exception):
    """Base of all errors of a call; its text contains no secrets and no envelopes."""

    meaning = "e-Boekhouden could not be used"
    code = ""
    text = ""
    reason = ""
    detail = ""

    def __str__(self) -> str:
        word = self.code if _PLAIN_CODE.fullmatch(self.code) else self.reason
        return f"{self.meaning} ({word})" if word else self.meaning


class _Answered(EBoekhoudenError):
    """The service answered with a code and a Dutch sentence."""

    def __init__(self, code: str, text: str, reason: str = "") -> None:
        super().__init__(code, text, reason)
        self.code = normalise(code)
        self.text = _printable(text)
        self.reason = reason

    @property
    def code_class(self) -> CodeClass:
        """Return the kind of refusal: see `facts.codes.CodeClass`."""
        return classify(self.code, self.text)


class NotConfigured(_Answered):
    """The credentials or the address are wrong: pause the connection, inform the administrator."""

    meaning = "The connection with e-Boekhouden is not set up correctly"


class Refused(_Answered):
    """A complete answer with an error code; `text` is the service's own Dutch sentence."""

    meaning = "e-Boekhouden refused this"


class NotSent(EBoekhoudenError):
    """Certainly not sent: the same call may be tried again later."""

    meaning = "e-Boekhouden could not be reached, nothing was sent"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutcomeUnknown(EBoekhoudenError):
    """The message may have arrived or not: look up before anything else.

    A look-up that raises this proves nothing; in particular not that something is absent.
    """

    meaning = "It is not known whether e-Boekhouden did this"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = _printable(detail)


class MessageInvalid(EBoekhoudenError, ValueError):
    """Our own message breaks a rule of the service; certainly not sent."""

    meaning = "The message does not fit what e-Boekhouden accepts"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


def _printable(text: str) -> str:
    """Return a text from outside as one line of at most 500 characters."""
    kept = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return "".join(kept).strip()[:500]
