"""Which characters the service can be sent: XML carries no control characters."""

import unicodedata

# Not a character in any alphabet, and not allowed in XML.
NO_CHARACTERS = "\ufffe\uffff"


def is_sendable(character: str, *, multiline: bool) -> bool:
    """Whether it may stand in a text; a line break or a tab only in one of several lines."""
    if character in "\n\t":
        return multiline
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in NO_CHARACTERS


def sendable(text: str, *, multiline: bool = False) -> str:
    """The text with a blank for everything that cannot be sent; a line break is one character."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if is_sendable(c, multiline=multiline) else " " for c in clean)
