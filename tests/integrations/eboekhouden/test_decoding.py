"""Answers with characters that XML forbids, and in other encodings."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from integrations.eboekhouden.decoding import MARK, decode
from integrations.eboekhouden.errors import OutcomeUnknown
from integrations.eboekhouden.messages import Relation

from .samples import invoice, invoice_line

HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def text_of(content, charset=None):
    """The text of the only element, as a strict parser reads it, without the marks."""
    decoded = decode(content, charset)
    return (etree.fromstring(decoded.content).text or "").replace(MARK, "")


@pytest.mark.parametrize(
    "given_text",
    [
        *(f"a&#{reference};b" for reference in ("0", "x0", "x1F", "xFFFE", "65535", "x0001f")),
        *(f"a&#{reference};b" for reference in ("xD800", "xDFFF", "56320", "x110000", "9" * 30)),
        *(f"a{character}b" for character in "\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff\ufdd0"),
        "<![CDATA[a\x00b]]>",
        "a<!-- \x01 -->b",
    ],
)
def test_a_forbidden_character_is_dropped_and_the_rest_is_read(given_text):
    assert text_of(f"{HEAD}<r>{given_text}</r>".encode()) in ("ab", "a")


@pytest.mark.parametrize("number", [9, 10, 13, 32, 0x20AC, 0x1F600, 0xFFFD, 0x10FFFF])
def test_an_allowed_reference_keeps_its_meaning(number):
    assert text_of(f"<r>&#{number};&#x{number:x};&#x0;</r>".encode()) == chr(number) * 2


def test_two_references_to_surrogates_are_one_character():
    assert text_of(b"<r>&#xD83D;&#xDE00;&#55357;&#56832;</r>") == "\U0001f600" * 2


def test_a_reference_in_a_section_of_characters_is_no_reference():
    assert text_of(b"<r><![CDATA[&#x0;\x01]]></r>") == "&#x0;"


def test_a_character_within_a_tag_or_a_reference_is_dropped():
    assert text_of(b'<r\x00 a="&#x1;">a&am\x01p;&#\x0065;</r>') == "a&A"


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("\ufeff<r>é€</r>".encode(), None),
        (f"\ufeff{HEAD}<r>é€</r>".encode(), "utf-8"),
        (f"\n {HEAD}<r>é€</r>".encode(), None),
        ("<r>é€</r>".encode("utf-16"), None),
        ("<r>é€</r>".encode("utf-16-be"), None),
        ('<?xml version="1.0" encoding="utf-16"?><r>é€</r>'.encode("utf-16-le"), "utf-8"),
        ("<r>é€</r>".encode("utf-32"), None),
        ('<?xml version="1.0" encoding="iso-8859-1"?><r>é€</r>'.encode("cp1252"), "utf-8"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><r>é€</r>'.encode(), "utf-8"),
        ("<?xml version='1.0' encoding='iso-8859-15'?><r>é€</r>".encode("iso-8859-15"), None),
        ("<r>é€</r>".encode("cp1252"), "windows-1252"),
        ("<r>é€</r>".encode("cp1252"), None),
        (f"{HEAD}<r>é€</r>".encode("cp1252"), "utf-8"),
    ],
)
def test_every_encoding_that_can_be_told_is_read(content, charset):
    assert text_of(content, charset) == "é€"


def test_bytes_read_by_a_guess_are_marked():
    assert decode(b"<r>Caf\xe9</r>", "utf-8").marks == 1
    assert decode("<r>Café</r>".encode(), "utf-8").marks == 0


def test_surrogates_and_nul_written_as_bytes_are_understood():
    assert text_of(b"<r>a\xed\xa0\x80b\xc0\x80c</r>") == "abc"
    assert text_of(b"<r>\xed\xa0\xbd\xed\xb8\x80</r>") == "\U0001f600"


@pytest.mark.parametrize("charset", ["rot13", "utf-7", "unicode_escape", "no-such", "cp037"])
def test_an_encoding_that_is_not_known_proves_nothing(charset):
    with pytest.raises(OutcomeUnknown):
        decode(b"<r>a</r>", charset)


@given(st.text(st.characters(exclude_characters="<&]\r")), st.sampled_from(["utf-8", "utf-16"]))
def test_what_xml_allows_comes_through_unchanged(text, encoding):
    wanted = "".join(c for c in text if _is_allowed(c))
    content = f"<r>{text}</r>".encode(encoding, "surrogatepass")
    assert text_of(content, None) == wanted


def _is_allowed(character):
    number = ord(character)
    allowed = number in (9, 10) or 0x20 <= number <= 0xD7FF or number >= 0xE000
    return allowed and number not in (0xFFFE, 0xFFFF, 0xFDD0)


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(content):
    with suppress(OutcomeUnknown):
        decode(content, None).content.decode()


def test_unfinished_markup_takes_no_long_time():
    started = time.monotonic()
    decode(b"<r>\x00" + b"<![CDATA[<!--" * 300_000, None)
    assert time.monotonic() - started < 10


# --- Over HTTP, for every operation ---------------------------------------------------------------

BOOKED = {"book": True, "entry_description": "Invoice F-1"}
STRAY = ["references", "raw"]
ENCODINGS = ["utf-8", "utf-8-bom", "utf-16", "iso-8859-1", "windows-1252"]


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_operation_is_read_with_stray_characters(service, eboekhouden, stray, encoding):
    service.switches.change({"stray_characters": stray, "answer_encoding": encoding})
    with eboekhouden:
        added = eboekhouden.add_relation(Relation(code="K1", name="Café Één B.V."))
        lines = [invoice_line(description="Werk — €")]
        sent = invoice(number="F-1", relation_code="K1", lines=lines, **BOOKED)
        assert eboekhouden.add_invoice(sent) == "F-1"
        (relation,) = eboekhouden.find_relation("K1")
        (booked,) = eboekhouden.find_invoice("F-1")
        (entry,) = eboekhouden.find_entry("F-1")
        assert (relation.id, relation.name, relation.code) == (added, "Café Één B.V.", "K1")
        assert (booked.relation_code, booked.lines[0].description) == ("K1", "Werk — €")
        assert entry.relation_code == "K1"
        assert all(account.code.isdigit() for account in eboekhouden.ledger_accounts())
        assert eboekhouden.open_items()[0].number == "F-1"
        assert eboekhouden.cost_centres() is not None
        assert eboekhouden.administrations()


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800"])
def test_a_stored_control_character_does_not_cost_the_answer(service, eboekhouden, character):
    service.seed_relations([{"Code": "K1", "Bedrijf": f"Van{character}Dam"}, {"Code": "K2"}])
    relations = eboekhouden.relations()
    assert [one.name for one in relations] == ["VanDam", ""]
    assert [sorted(one.marked) for one in relations] == [["name"], []]


def test_an_error_with_a_control_character_is_still_that_error(service, eboekhouden):
    service.switches.change({"stray_characters": "raw", "unable_to_verify": True})
    with pytest.raises(Exception, match="E0017") as caught:
        eboekhouden.relations()
    assert caught.value.code == "E0017"
