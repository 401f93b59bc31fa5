"""Typed, pasted and imported texts lose what nobody sees, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.text import clean_line, clean_text, fill

ODD = st.sampled_from(
    "aé\u0301\u200b\u200d\u200c\u202e\n\r\t\v\u2028 \u00a0क👨\ufe0f\ufeff\u00ad\ufdd0\u3164"
)
TEXTS = st.text(ODD | st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Jan\u200b de\u00a0Vries", "Jan de Vries"),
        ("\u202eNL91ABNA0417164300\u202c", "NL91ABNA0417164300"),
        ("De\vZaak", "De Zaak"),
        ("Lunch\tmet\fklant", "Lunch met klant"),
        ("zo\u00admer\ufeff", "zomer"),
        ("cafe\u0301", "café"),
        (" \u3000\u2800 ", ""),
        ("\u0000\u0007", ""),
        ("regel 1\r\nregel 2", "regel 1 regel 2"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("Jan\u200dssen", "Janssen"),
        ("\ufe0f \ufe0e\ufe0f", ""),
        ("\ufe0fDe \ufe0fZaak \u2764\ufe0f", "De Zaak \u2764\ufe0f"),
    ],
)
def test_a_line_keeps_what_can_be_seen(typed, stored):
    assert clean_line(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("een\r\ntwee\rdrie", "een\ntwee\ndrie"),
        ("een \n\n  twee\u2028drie ", "een\n\n  twee\ndrie"),
        ("a\tb", "a b"),
        ("\r\n \r\n", ""),
    ],
)
def test_several_lines_keep_their_breaks(typed, stored):
    assert clean_text(typed) == stored


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(text):
    for clean in (clean_line, clean_text):
        assert clean(clean(text)) == clean(text)


@given(TEXTS)
def test_what_is_stored_can_be_written_as_xml(text):
    stored = clean_text(text)

    assert all(character == "\n" or ord(character) >= ord(" ") for character in stored)
    stored.encode()


@pytest.mark.parametrize(
    ("sentence", "values", "filled"),
    [
        ("That of %(name)s.", {"name": "Bakkerij B.V."}, "That of Bakkerij B.V."),
        ("Of %(name)s. Next is %(n)d.", {"name": "Co.", "n": 7}, "Of Co. Next is 7."),
        ("%(name)s, not %(name)s.", {"name": "B.V."}, "B.V., not B.V."),
        ("Added: %(name)s.", {"name": "Bakkerij"}, "Added: Bakkerij."),
        ("With: %s.", "Bakkerij B.V.", "With: Bakkerij B.V."),
        ("With: %s.", "Bakkerij", "With: Bakkerij."),
    ],
)
def test_a_name_that_ends_in_a_full_stop_ends_the_sentence_too(sentence, values, filled):
    assert fill(sentence, values) == filled
