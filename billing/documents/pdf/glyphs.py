"""Which characters the typefaces have: PDF/A forbids the rest, and a PDF must always come about.

An emoji is left out, so that the text around it reads well; a letter leaves a box, so that one sees
that something is missing.
"""

import unicodedata
from functools import cache
from typing import Any

import typst

from .typefaces import typefaces

BOX = "□"
# Latin with its marks, as all our texts are: looked up in no typeface.
LAST_LATIN = "\u017f"
PROBE = b'#set text(font: "Inter", fallback: true)\n#sys.inputs.letter'


def drawable(said: Any) -> Any:
    """The same texts, lists and dicts of texts, without what cannot be drawn."""
    match said:
        case str():
            return "".join(_drawn(letter) for letter in said)
        case list():
            return [drawable(one) for one in said]
        case dict():
            return {name: drawable(one) for name, one in said.items()}
    return said


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
    """Asked of typst itself, which knows its own typefaces; once a process and letter."""
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
