"""Descriptions of every exchange about a booking, for its page and the timeline."""

import datetime
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Attempt, Booking

LOOKED = {
    "absent": lambda: _("Checked: not found in e-Boekhouden."),
    "same": lambda: _("Checked: it exists in e-Boekhouden and was sent from here."),
    "same_but_text": lambda: _("Checked: found in e-Boekhouden; a text differs."),
    "same_with_token": lambda: _("Checked: it exists in e-Boekhouden and was sent from here."),
    "different": lambda: _("Checked: another document has this number."),
    "several": lambda: _("Checked: several documents have this number."),
    "present": lambda: _("Checked with other documents: the number exists in e-Boekhouden."),
    "incomplete": lambda: _(
        "Checked with other documents: the list of e-Boekhouden was not complete."
    ),
    "look-up-failed": lambda: _("Checked, but e-Boekhouden gave no reliable answer."),
}
SENT = {
    "accepted": lambda: _("Sent and accepted."),
    "refused": lambda: _("Sent and refused."),
    "not-sent": lambda: _("e-Boekhouden could not be reached; nothing was sent."),
    "doubted": lambda: _("Sent, but no clear answer was received."),
    "invalid": lambda: _("Not sent: e-Boekhouden does not accept these values."),
}


@dataclass(frozen=True)
class AttemptSummary:
    """An attempt as shown: the event, the text of e-Boekhouden, the time and the duration."""

    at: datetime.datetime
    text: str
    answer_text: str
    milliseconds: int | None


def describe_attempts(booking: Booking) -> list[AttemptSummary]:
    """Describe the attempts of a booking, the latest first."""
    return [
        describe_attempt(attempt) for attempt in booking.attempts.order_by("-started_at", "-pk")
    ]


def describe_attempt(attempt: Attempt) -> AttemptSummary:
    """Describe one attempt and its result."""
    words = LOOKED if attempt.is_look_up else SENT
    text = words[attempt.outcome]() if attempt.outcome in words else _unfinished(attempt)
    answer_text = f"{attempt.text} ({attempt.code})" if attempt.code else ""
    return AttemptSummary(attempt.started_at, text, answer_text, attempt.milliseconds)


def _unfinished(attempt: Attempt) -> str:
    if attempt.is_look_up:
        return _("Check started; the result was not recorded.")
    return _("Sending started; the result was not recorded.")
