"""E-mail addresses: what was written is what is mailed, and several are told apart."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lib.addresses import clean_address, split_addresses


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("jan@voorbeeld.nl", "jan@voorbeeld.nl"),
        (" Jan.deVries@Voorbeeld.NL\u200b ", "Jan.deVries@voorbeeld.nl"),
        ("mailto:jan@voorbeeld.nl", "jan@voorbeeld.nl"),
        ("Jan de Vries <jan@voorbeeld.nl>", "jan@voorbeeld.nl"),
        ('"Vries, Jan de" < jan@voorbeeld.nl >', "jan@voorbeeld.nl"),
        ("Vries, Jan de <jan@voorbeeld.nl>", "jan@voorbeeld.nl"),
        ("jan@faß.example", "jan@xn--fa-hia.example"),
        ("jan@ÉCOLE.example", "jan@xn--cole-9oa.example"),
        ("jan@xn--fa-hia.example", "jan@xn--fa-hia.example"),
        ("jan@voorbeeld.nl <jan@voorbeeld.nl>", "jan@voorbeeld.nl"),
        ("'x' <jan@voorbeeld.nl>", "jan@voorbeeld.nl"),
        ("", ""),
    ],
)
def test_one_address_is_read_in_its_usual_forms(typed, stored):
    assert clean_address(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "a@x.nl;b@y.nl",
        "a@x.nl, b@y.nl",
        "a@x.nl / b@y.nl",
        'A <a@x.nl>; "B, C" <b@y.nl>',
        "a@x.nl\nb@y.nl;a@x.nl",
    ],
)
def test_several_addresses_in_one_field_are_split(typed):
    if "/" in typed:
        with pytest.raises(ValidationError, match="/"):
            split_addresses(typed)
    else:
        assert split_addresses(typed) == ["a@x.nl", "b@y.nl"]


@pytest.mark.parametrize(
    "typed",
    [
        "jan",
        "jan@",
        "@voorbeeld.nl",
        "jan@voorbeeld",
        "jan@i❤.example",
        "jan@-x.nl",
        "a@@b.nl",
        "jan voorbeeld.nl",
        "'jan@voorbeeld.nl",
        "a@x.nl /jan@voorbeeld.nl",
        "a@x.nl &jan@voorbeeld.nl",
        "jän@voorbeeld.nl",
        "jan@voorbeeld..nl",
    ],
)
def test_what_is_no_address_is_named(typed):
    with pytest.raises(ValidationError, match="is not an e-mail address"):
        clean_address(typed)


def test_one_field_takes_one_address():
    with pytest.raises(ValidationError, match="Enter one e-mail address"):
        clean_address("a@x.nl b@y.nl")


@given(st.text("aß@.<>;, \u200b-éA", max_size=20))
def test_cleaning_twice_is_cleaning_once(text):
    try:
        first = split_addresses(text)
    except ValidationError:
        return
    assert split_addresses("; ".join(first)) == first
