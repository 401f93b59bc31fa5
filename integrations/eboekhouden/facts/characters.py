"""Characters that can be sent to the service: XML has no control characters."""

import unicodedata

# Unicode noncharacters, which XML does not allow.
NO_CHARACTERS = "\ufffe\uffff"


def is_sendable(character: str, *, multiline: bool) -> bool:
    """Return True if a text may contain the character; line breaks and tabs only if `multiline`."""
    if character in "\n\t":
        return multiline
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in NO_CHARACTERS


def sendable(text: str, *, multiline: bool = False) -> str:
    """Return the text with a blank for every character that cannot be sent.

    A line break, however written, becomes one character.
    """
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if is_sendable(c, multiline=multiline) else " " for c in clean)
