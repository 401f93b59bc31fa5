"""Characters that can be sent to the service: XML has no control characters."""

import re

# Control characters, surrogates, and the noncharacters that XML does not allow.
NOT_SENT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_SENT_MULTILINE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def is_sendable(character: str, *, multiline: bool) -> bool:
    """Return True if a text may contain the character; line breaks and tabs only if `multiline`."""
    return not (NOT_SENT_MULTILINE if multiline else NOT_SENT).match(character)


def sendable(text: str, *, multiline: bool = False) -> str:
    """Return the text with a blank for every character that cannot be sent.

    A line break, however written, becomes one character.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return (NOT_SENT_MULTILINE if multiline else NOT_SENT).sub(" ", clean)
