"""Clean the texts that people type, paste or import: names, descriptions, notes.

Pasted text carries characters that nobody sees: zero-width blanks, marks that turn the direction
of writing, soft hyphens. They make equal names differ and print account numbers backwards.
"""

import re
import unicodedata
from collections.abc import Mapping

# Drawn as nothing or as a blank, and yet of a category of letters or signs.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_BLANK = frozenset("\t\u2800")
MOST_SEARCH_WORDS = 8
# They join or part letters of Arabic and Indian scripts, and the parts of one emoji.
_JOINERS = "\u200c\u200d"
# They choose how the character before them is drawn; without one they are drawn as nothing.
_VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LAST_LETTER_WITHOUT_JOINERS = "\u05ff"
_LINE_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def clean_line(text: str) -> str:
    """Return the text on one line: no invisible characters, single blanks, none at its ends."""
    if not _is_plain(text):
        text = _visible(_LINE_BREAKS.sub(" ", text))
    return " ".join(text.split())


def search_words(text: str) -> list[str]:
    """Return the words to look for: the first eight, because each one makes a query slower."""
    return text.split()[:MOST_SEARCH_WORDS]


def clean_text(text: str) -> str:
    """Return a text of several lines, with a line feed between them and no blanks at their end.

    Blanks within a line are kept: they can align columns. A text of blanks only is empty.
    """
    if _is_plain(text):
        return text.strip()
    lines = _visible(_LINE_BREAKS.sub("\n", text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def fill(sentence: str, values: Mapping[str, object] | str) -> str:
    """Fill names into a sentence (`%(name)s`, or `%s` for a text).

    A name that ends in a full stop (`Bakkerij B.V.`) before that of the sentence ends it too.
    """
    named = (
        {"%s": values} if isinstance(values, str) else {f"%({k})s": v for k, v in values.items()}
    )
    for place, value in named.items():
        if str(value).endswith("."):
            sentence = sentence.replace(f"{place}.", place)
    return sentence % values


def before_stop(text: object) -> str:
    """Return the text without its last full stop, for the place before that of a sentence."""
    return str(text).removesuffix(".")


def _is_plain(text: str) -> bool:
    """Whether it is one line of visible ASCII, in which there is nothing to clean but blanks."""
    return text.isascii() and text.isprintable()


def _visible(text: str) -> str:
    """Return the text composed (NFC), without the characters that are drawn as nothing."""
    if _is_plain(text):
        return text
    shown = unicodedata.normalize("NFC", "".join(map(_shown, text)))
    joined = "".join(character for place, character in enumerate(shown) if _is_drawn(shown, place))
    # What becomes adjacent can compose, or need no joiner any more: until nothing changes.
    return joined if joined == text else _visible(joined)


def _shown(character: str) -> str:
    if character in _JOINERS or character == "\n":
        return character
    category = unicodedata.category(character)
    # A control character between two words parts them.
    if category in ("Zs", "Cc") or character in _BLANK:
        return " "
    if category in ("Cf", "Cs") or character in _INVISIBLE or _is_noncharacter(character):
        return ""
    return character


def _is_noncharacter(character: str) -> bool:
    """True for the code points that Unicode never assigns; XML refuses two of them."""
    return ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"


def _is_drawn(text: str, place: int) -> bool:
    """Return whether the character at this place is drawn, or changes how others are drawn."""
    if text[place] in _JOINERS:
        return _is_joined(text, place)
    before = text[place - 1 : place]
    return not _VARIATION_SELECTOR.match(text[place]) or bool(before.strip())


def _is_joined(text: str, place: int) -> bool:
    """Whether the joiner at this place stands between two characters that can need it."""
    neighbours = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(neighbours) == 2 and all(
        one > _LAST_LETTER_WITHOUT_JOINERS and unicodedata.category(one)[0] in "LMS"
        for one in neighbours
    )
