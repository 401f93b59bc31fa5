"""E-mail with an invoice: its text, its attachments, and sending it once."""

from .attachments import Attachment, Extra, attachments_of
from .letters import Letter, addresses_of, first_letter
from .reasons import REASONS
from .sending import ABANDONED_AFTER, AlreadyMailed, MailFailed

__all__ = [
    "ABANDONED_AFTER",
    "REASONS",
    "AlreadyMailed",
    "Attachment",
    "Extra",
    "Letter",
    "MailFailed",
    "addresses_of",
    "attachments_of",
    "first_letter",
]
