"""Questions about the shape of answers: empty elements, characters, encoding, error codes."""

import codecs
import re

from lxml import etree

from .. import contract
from ..errors import EBoekhoudenError, OutcomeUnknown
from .asking import Prober

_PREFIX = f"{{{contract.NAMESPACE}}}"
_RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LATIN = re.compile(rb"""encoding\s*=\s*["']iso-8859-1["']""", re.IGNORECASE)


def success_error(probe: Prober) -> str:
    """How the error block looks when nothing is wrong."""
    probe.find_relations(probe.customer)
    block = _element(probe, "ErrorMsg")
    if block is None:
        return "absent"
    if len(block) == 0:
        return "bare"
    return "blank" if any((child.text or "") for child in block) else "empty"


def empty_strings(probe: Prober) -> str:
    """Whether an empty field is in an answer."""
    probe.find_relations(probe.customer)
    return "absent" if _element(probe, "Site") is None else "empty"


def empty_lists(probe: Prober) -> str:
    """Whether an empty list is in an answer."""
    probe.find_relations(probe.name("x"))
    return "absent" if _element(probe, "Relaties") is None else "empty"


def missing_filter(probe: Prober) -> str:
    """Whether a call without a filter is answered or is a Fault."""
    try:
        probe.call("GetRelaties", {})
    except OutcomeUnknown as doubt:
        return doubt.reason
    return "empty"


def dotted_codes(probe: Prober) -> str:
    """Whether error codes have a dot in them."""
    unknown = "{00000000-0000-0000-0000-000000000000}"
    try:
        probe.call("GetRelaties", {"cFilter": {"ID": 0, "Code": "x"}}, session=unknown)
    except EBoekhoudenError:
        code = _element(probe, "LastErrorCode")
        return "yes" if code is not None and "." in (code.text or "") else "no"
    return "not refused"


def stray_characters(probe: Prober) -> str:
    """Whether answers have characters that XML forbids, raw or as references."""
    marked = [shape for shape in probe.shapes if shape.decoded.marks]
    if not marked or all(answer_encoding(probe) == "windows-1252" for _ in marked[:1]):
        marked = [shape for shape in marked if _has_forbidden(shape.raw, shape.decoded.encoding)]
    if not marked:
        return "none"
    shape = marked[-1]
    text = shape.raw.decode(shape.decoded.encoding, "replace")
    return "raw" if _RAW.search(text) else "references"


def _has_forbidden(raw: bytes, encoding: str) -> bool:
    text = raw.decode(encoding, "replace")
    return bool(_RAW.search(text) or re.search(r"&#x?0*(1?[0-9A-Fa-f]|[12]\d|3[01]);", text))


def answer_encoding(probe: Prober) -> str:
    """In which encoding answers come, whatever they declare."""
    probe.find_relations(probe.customer)
    shape = probe.shapes[-1]
    if shape.raw.startswith(codecs.BOM_UTF8):
        return "utf-8-bom"
    if shape.decoded.encoding.startswith(("utf-16", "utf-32")):
        return shape.decoded.encoding[:6]
    if _LATIN.search(shape.raw[:100]):
        return "iso-8859-1"
    if shape.decoded.encoding == "cp1252" or b"\xe9" in shape.raw:
        return "windows-1252"
    return "utf-8"


def _element(probe: Prober, name: str) -> etree._Element | None:
    root = etree.fromstring(probe.shapes[-1].decoded.content, etree.XMLParser(no_network=True))
    return root.find(f".//{_PREFIX}{name}")
