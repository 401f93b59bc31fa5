"""Replacing characters that the typefaces lack: PDF/A forbids them, and a PDF must always succeed.

An emoji is left out, so that the text around it reads well. A letter is replaced by a box, so that
the reader sees that something is missing.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import typst

from .typefaces import typefaces

BOX = "□"
# Up to here the typefaces have every printable character, so nothing is looked up.
LAST_LATIN = "\u017f"
# Categories of Unicode without which a word or a number is not what was written.
WORDS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl"})
# They choose the form of the character before them, and are never drawn.
VARIATIONS = frozenset(map(chr, range(0xFE00, 0xFE10)))
# So many letters are named, and tried: each one that fails costs some milliseconds.
MOST_NAMED = 10
PROBE = b'#set text(font: "Inter", fallback: true)\n#sys.inputs.letter'


def drawable(content: Any) -> Any:
    """Return the same text, list or dict of texts without characters that cannot be drawn."""
    match content:
        case str():
            is_plain = content.isascii() and content.isprintable()
            return content if is_plain else "".join(map(_drawn, content))
        case list():
            return [drawable(one) for one in content]
        case dict():
            return {name: drawable(one) for name, one in content.items()}
    return content


def missing_letters(text: str) -> str:
    """Return the letters, marks and digits of a text that no typeface has, each once."""
    return _missing(text, lambda category: category in WORDS)


def missing_signs(text: str) -> str:
    """Return the signs of a text that are left out, such as emoji, each once."""
    return _missing(text, lambda category: category[0] in "SP" or category in ("Me", "No"))


def _missing(text: str, counts: Callable[[str], bool]) -> str:
    found = ""
    for letter in text:
        is_new = letter > LAST_LATIN and letter not in found and letter not in VARIATIONS
        if is_new and counts(unicodedata.category(letter)) and not _exists(letter):
            found += letter
        if len(found) == MOST_NAMED:
            break
    return found


def _drawn(letter: str) -> str:
    if letter == "\n" or (letter <= LAST_LATIN and letter.isprintable()):
        return letter
    if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn"):
        return ""
    return letter if _exists(letter) else _instead(letter)


def _instead(letter: str) -> str:
    return BOX if unicodedata.category(letter).startswith("L") else ""


@cache
def _exists(letter: str) -> bool:
    """Try to compile the letter with typst; once per process and letter."""
    try:
        typst.compile(
            PROBE,
            font_paths=typefaces(),
            ignore_system_fonts=True,
            sys_inputs={"letter": letter},
            pdf_standards=["a-3b"],
        )
    except typst.TypstError:
        return False
    return True
