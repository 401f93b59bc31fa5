"""E-mail with an invoice: what it says, what it carries, and that it leaves once."""

from .attachments import Attachment, Extra, attachments_of
from .letters import Letter, addresses_of, first_letter
from .posting import ABANDONED_AFTER, AlreadyMailed, MailFailed
from .reasons import REASONS
from .sending import failure_of, send_invoice

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
    "failure_of",
    "first_letter",
    "send_invoice",
]
