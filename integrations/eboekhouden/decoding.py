"""Decode an answer, and drop the characters that XML forbids: one must not cost a whole answer.

The service stores what people paste, control characters among it, and its answers then break the
rule of XML 1.0, production 2 (Char). A parser refuses such an answer as a whole. Here they become a
mark that `reading` removes, so that the fields that lost something are known.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import OutcomeUnknown

# Unicode never assigns this code point, and XML allows it.
MARK = "\ufdd0"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ufdd0]+")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9A-Fa-f]+)|(?P<decimal>[0-9]+));")
_REFERENCE_PAIR = re.compile(
    r"&#(?:[xX]0*[dD][89aAbB][0-9A-Fa-f]{2}|0*5[56]\d{3});"
    r"&#(?:[xX]0*[dD][c-fC-F][0-9A-Fa-f]{2}|0*5[67]\d{3});"
)
# A reference that a forbidden character cuts in two.
_CUT_REFERENCE = re.compile("&[#A-Za-z0-9\x00-\x08\x0b\x0c\x0e-\x1f]{1,20};")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = re.compile(
    rb"(?P<utf_32_be>\0\0\0<)|(?P<utf_32_le><\0\0\0)|(?P<utf_16_be>\0<\0[^\0])|(?P<utf_16_le><\0[^\0]\0)"
)
# A server that says Latin-1 or ASCII means what Windows writes, as browsers assume too.
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252"}
_WIDE_NAMES = frozenset({"utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"})
_KNOWN = frozenset({"utf-8", "cp1252", "iso8859-15", *_WIDE_NAMES})
_EITHER_ORDER = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}
_BEFORE_DOCUMENT = "\ufeff \t\r\n" + "".join(map(chr, range(32)))


@dataclass(frozen=True)
class Decoded:
    """An answer as UTF-8 without a declaration, its encoding, and the number of marks in it."""

    content: bytes
    encoding: str
    marks: int


def decode(content: bytes, charset: str | None) -> Decoded:
    """Decode an answer; `charset` is the one of its Content-Type.

    Raises OutcomeUnknown for an encoding that is not known, and for bytes that do not fit it.
    """
    encoding, start = _encoding_of(content, charset)
    text = _text(content[start:], encoding).lstrip(_BEFORE_DOCUMENT)
    text = _DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    if _FORBIDDEN.search(text) or "&#" in text:
        text = "".join(_without_forbidden(text))
    return Decoded(text.encode(), encoding, text.count(MARK))


# --- Encoding -------------------------------------------------------------------------------------


def _encoding_of(content: bytes, charset: str | None) -> tuple[str, int]:
    """Return the name of the encoding and the length of the byte order mark."""
    for mark, name in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return name, len(mark)
    wide = _WIDE.match(content)
    if wide and wide.lastgroup:
        return wide.lastgroup.replace("_", "-"), 0
    declared = _DECLARED.match(content)
    names = {_name(n) for n in (charset, declared and declared[1].decode()) if n}
    if len(names) == 2 and "utf-8" in names:
        # The header and the document disagree: the bytes decide.
        other = next(iter(names - {"utf-8"}))
        return "utf-8" if _is_utf_8(content) else other, 0
    return _name(charset) if charset else next(iter(names), "utf-8"), 0


def _name(label: str) -> str:
    """Return the name of a known encoding; every other one would be decoded by chance."""
    try:
        name = codecs.lookup(label.strip("\"' ")).name
    except LookupError:
        name = ""
    name = _READ_AS.get(name) or _EITHER_ORDER.get(name) or name
    if name not in _KNOWN:
        raise OutcomeUnknown("wrong-answer", "unknown encoding")
    return name


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(content: bytes, encoding: str) -> str:
    errors = "surrogatepass" if encoding in _WIDE_NAMES else _REPAIR
    try:
        return _PAIR.sub(_joined, content.decode(encoding, errors))
    except UnicodeDecodeError:
        raise OutcomeUnknown("not-xml", encoding) from None


def _repaired(error: UnicodeError) -> tuple[str, int]:
    """Return what bytes mean that are not UTF-8, or that Windows-1252 does not define.

    A surrogate, as some writers encode it, and a NUL written as two bytes keep their meaning. Any
    other byte is read as Windows-1252, and marked, because that is a guess.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found, start = error.object, error.start
    if error.encoding == "utf-8":
        three = found[start : start + 3]
        if len(three) == 3 and three[0] == 0xED:
            surrogate = three.decode("utf-8", "surrogatepass") if _is_surrogate(three) else ""
            if surrogate:
                return surrogate, start + 3
        if found[start : start + 2] == b"\xc0\x80":
            return "\0", start + 2
    return found[start : start + 1].decode("cp1252", "ignore") + MARK, start + 1


def _is_surrogate(three: bytes) -> bool:
    return 0xA0 <= three[1] <= 0xBF and 0x80 <= three[2] <= 0xBF


_REPAIR = "eboekhouden-repair"
codecs.register_error(_REPAIR, _repaired)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


# --- Characters -----------------------------------------------------------------------------------


def _without_forbidden(text: str) -> Iterator[str]:
    """Yield the text in parts: in a text a mark for what is dropped, in a tag nothing."""
    for piece in _pieces(text):
        if piece.startswith("<![CDATA["):
            # In a section of characters a reference is no reference.
            yield _FORBIDDEN.sub(MARK, piece)
        elif piece.startswith("<"):
            yield _REFERENCE.sub(_in_tag, _FORBIDDEN.sub("", piece))
        else:
            whole = _CUT_REFERENCE.sub(lambda cut: _FORBIDDEN.sub("", cut[0]), piece)
            paired = _REFERENCE_PAIR.sub(_joined_references, _FORBIDDEN.sub(MARK, whole))
            yield _REFERENCE.sub(_in_text, paired)


def _pieces(text: str) -> Iterator[str]:
    """Yield texts, tags, comments and sections of characters, in time linear in the length."""
    place = 0
    while place < len(text):
        if text[place] != "<":
            end = text.find("<", place)
        else:
            closing = _closing(text, place)
            end = text.find(closing, place + 1)
            end = end + len(closing) if end >= 0 else end
        end = end if end >= 0 else len(text)
        yield text[place:end]
        place = end


def _closing(text: str, place: int) -> str:
    if text.startswith("<![CDATA[", place):
        return "]]>"
    return "-->" if text.startswith("<!--", place) else ">"


def _in_text(reference: re.Match[str]) -> str:
    number = _number(reference)
    return f"&#{number};" if number is not None else MARK


def _in_tag(reference: re.Match[str]) -> str:
    number = _number(reference)
    return f"&#{number};" if number is not None else ""


def _number(reference: re.Match[str]) -> int | None:
    """Return the code point of a reference; None if XML forbids it."""
    digits, base = (reference["hex"], 16) if reference["hex"] else (reference["decimal"], 10)
    digits = digits.lstrip("0") or "0"
    number = int(digits, base) if len(digits) <= 8 else 0
    if number > 0x10FFFF or _FORBIDDEN.match(chr(number)):
        return None
    return number


def _joined_references(pair: re.Match[str]) -> str:
    """Return the character of two references to surrogates, as some writers give one above FFFF."""
    units = [_unit(reference) for reference in _REFERENCE.finditer(pair[0])]
    if not (0xD800 <= units[0] <= 0xDBFF and 0xDC00 <= units[1] <= 0xDFFF):
        return pair[0]
    return chr(0x10000 + ((units[0] - 0xD800) << 10) + units[1] - 0xDC00)


def _unit(reference: re.Match[str]) -> int:
    return int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"])
