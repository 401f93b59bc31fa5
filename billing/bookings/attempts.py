"""Every exchange about a booking, in words: for its page and for the timeline of the invoice."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Attempt, Booking

LOOKED = {
    "absent": lambda: _("Looked it up: not there."),
    "same": lambda: _("Looked it up: it is there, and it is ours."),
    "same_but_text": lambda: _("Looked it up: it is there; a text differs."),
    "same_with_token": lambda: _("Looked it up: it is there, and it is ours."),
    "different": lambda: _("Looked it up: another document has this number."),
    "several": lambda: _("Looked it up: more than one document has this number."),
    "look-up-failed": lambda: _("Looked it up, but got no answer to rely on."),
}
SENT = {
    "accepted": lambda: _("Sent, and accepted."),
    "refused": lambda: _("Sent, and refused."),
    "not-sent": lambda: _("e-Boekhouden could not be reached; nothing was sent."),
    "doubted": lambda: _("Sent, but no clear answer came."),
    "invalid": lambda: _("Not sent: it breaks a rule of e-Boekhouden."),
}


@dataclass(frozen=True)
class AttemptSummary:
    """An attempt in words: what, the service's own text, when, and how long it took."""

    at: datetime.datetime
    text: str
    said: str
    milliseconds: int | None


def describe_attempts(booking: Booking) -> list[AttemptSummary]:
    """The attempts, the latest first."""
    return [
        describe_attempt(attempt) for attempt in booking.attempts.order_by("-started_at", "-pk")
    ]


def describe_attempt(attempt: Attempt) -> AttemptSummary:
    """What was tried, in words, and what came of it."""
    words = LOOKED if attempt.is_look_up else SENT
    text = words[attempt.outcome]() if attempt.outcome in words else _unfinished(attempt)
    said = f"{attempt.text} ({attempt.code})" if attempt.code else ""
    return AttemptSummary(attempt.started_at, text, said, attempt.milliseconds)


def _unfinished(attempt: Attempt) -> str:
    if attempt.is_look_up:
        return _("Began to look it up; the result was not recorded.")
    return _("Began to send; what became of it was not recorded.")
