"""Replacing characters that the typefaces lack: PDF/A forbids them, and a PDF must always succeed.

An emoji is left out, so that the text around it reads well. A letter is replaced by a box, so that
the reader sees that something is missing.
"""

import unicodedata
from functools import cache
from typing import Any

import typst

from .typefaces import typefaces

BOX = "□"
# Up to here the typefaces have every printable character, so nothing is looked up.
LAST_LATIN = "\u017f"
PROBE = b'#set text(font: "Inter", fallback: true)\n#sys.inputs.letter'


def drawable(content: Any) -> Any:
    """Return the same text, list or dict of texts without characters that cannot be drawn."""
    match content:
        case str():
            return "".join(_drawn(letter) for letter in content)
        case list():
            return [drawable(one) for one in content]
        case dict():
            return {name: drawable(one) for name, one in content.items()}
    return content


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
