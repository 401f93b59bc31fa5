"""Map an error code of the service to its class and to what a person should do.

Some codes have two meanings; then the Dutch sentence of the answer decides.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from difflib import SequenceMatcher

from .entry_codes import ENTRY_CODES
from .fact import CodeClass, CodeFact, normalise
from .invoice_codes import INVOICE_CODES
from .relation_codes import RELATION_CODES
from .session_codes import SESSION_CODES

__all__ = ["FACTS", "CodeClass", "CodeFact", "classify", "explain", "fact_of", "normalise"]

FACTS = SESSION_CODES + RELATION_CODES + INVOICE_CODES + ENTRY_CODES

_LIKE_ENOUGH = 0.6
_LINE_NUMBER = re.compile(r"regel\s+(\d+)", re.IGNORECASE)


def fact_of(code: str, text: str = "") -> CodeFact | None:
    """Return the fact of this code; None if the code or its sentence is unknown."""
    meanings = _BY_CODE.get(normalise(code), [])
    if len(meanings) == 1:
        return meanings[0]
    likeness = {fact: _likeness(fact.text, text) for fact in meanings}
    best = max(likeness, key=likeness.__getitem__, default=None)
    return best if best is not None and likeness[best] >= _LIKE_ENOUGH else None


def classify(code: str, text: str = "") -> CodeClass:
    """Return the class of a code; families of codes are recognised by their first letters."""
    fact = fact_of(code, text)
    if fact is not None:
        return fact.code_class
    key = normalise(code)
    for family, code_class in _FAMILIES.items():
        if key.startswith(family):
            return code_class
    return CodeClass.DATA if key in _BY_CODE else CodeClass.UNKNOWN


def explain(code: str, text: str, language: str) -> str:
    """Return our sentence for a refusal: Dutch if `language` is Dutch, else English."""
    is_dutch = language.lower().startswith("nl")
    fact = fact_of(code, text)
    if fact is None:
        template = _NEW_DUTCH if is_dutch else _NEW_ENGLISH
        return template.format(text=text.strip() or "–", code=normalise(code) or "–")
    return (fact.dutch if is_dutch else fact.english).format(line=_line(text, is_dutch=is_dutch))


_NEW_ENGLISH = "e-Boekhouden refused this: “{text}” ({code}). Correct it and try again."
_NEW_DUTCH = "e-Boekhouden heeft dit geweigerd: “{text}” ({code}). Pas het aan en probeer opnieuw."

_FAMILIES: Mapping[str, CodeClass] = {
    "E001": CodeClass.CREDENTIALS,
    "E002": CodeClass.SESSION,
    "E003": CodeClass.QUOTA,
}


def _line(text: str, *, is_dutch: bool) -> str:
    found = _LINE_NUMBER.search(text)
    if found is None:
        return "een regel" if is_dutch else "a line"
    return f"regel {found[1]}" if is_dutch else f"line {found[1]}"


def _likeness(known: str, received: str) -> float:
    return SequenceMatcher(None, _letters(known), _letters(received)).ratio()


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))


def _by_code() -> Mapping[str, list[CodeFact]]:
    found: dict[str, list[CodeFact]] = defaultdict(list)
    for fact in FACTS:
        found[normalise(fact.code)].append(fact)
    return dict(found)


_BY_CODE = _by_code()
