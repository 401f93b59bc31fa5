"""Kilometres to the tenth: read, stored and shown."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from lib.kilometres import KilometresField, kilometres, short, tenths

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("12,5", "12.5"), ("12.5", "12.5"), ("104", "104"), ("0,1", "0.1"), ("1.234,5", "1234.5")],
)
def test_a_distance_has_a_comma_or_a_point(typed, meant):
    assert KilometresField().clean(typed) == Decimal(meant)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("12,34", "Enter at most 1 decimal, such as 12.3."),
        ("1.234", "can mean 1234 or 1.2"),
        ("ver", "Enter a number such as 12.5."),
        ("-3", "Enter at least 0."),
    ],
)
def test_what_is_no_distance_is_refused_with_what_to_type(typed, part):
    with override("en"), pytest.raises(ValidationError) as refused:
        KilometresField().clean(typed)

    assert part in " ".join(refused.value.messages)


def test_a_whole_number_of_kilometres_has_no_decimal():
    assert [str(short(Decimal(one))) for one in ("104.0", "104", "12.5", "0.0")] == [
        "104",
        "104",
        "12.5",
        "0",
    ]
    with override("nl"):
        assert [kilometres(Decimal(one)) for one in ("1040.5", "104.0")] == ["1.040,5", "104"]
    with override("en"):
        assert kilometres(1040) == "1,040"


def test_half_a_tenth_is_rounded_up():
    assert tenths(Decimal("12.25")) == Decimal("12.3")


def test_the_field_shows_a_stored_distance_as_people_write_it():
    field = KilometresField()

    assert [str(field.prepare_value(Decimal(one))) for one in ("104.0", "12.5")] == ["104", "12.5"]
