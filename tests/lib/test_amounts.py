"""Typed amounts have one meaning in every language; with two readings they are asked about."""

import re
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from billing.fields import PercentField
from lib.amounts import AmbiguousAmount, AmountField, QuantityField, WholeField, parse_amount

LANGUAGES = ("en", "nl")


class AmountForm(forms.Form):
    amount = AmountField(required=False)
    days = WholeField(required=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("95", "95.00"),
        ("95,5", "95.50"),
        ("95.50", "95.50"),
        ("0,30", "0.30"),
        (",5", "0.50"),
        ("5,", "5.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("1.234.567", "1234567.00"),
        ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1.2500", "1.25"),
        ("€ 12 500,00", "12500.00"),
        ("EUR 12,50", "12.50"),
        ("EUR12,50", "12.50"),
        ("12 euros", "12.00"),
        ("12,50 euro", "12.50"),
        ("50,-", "50.00"),
        ("€ 1.250,--", "1250.00"),
        ("-20", "-20.00"),
        ("\u221220", "-20.00"),
        ("-€ 5", "-5.00"),
        ("95\u200b,50\u00a0", "95.50"),
    ],
)
def test_comma_and_point_are_both_understood(text, amount, language):
    with translation.override(language):
        assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "large", "small"),
    [
        ("1.125", "1125", "1.13"),
        ("1,125", "1125", "1.13"),
        ("90.000", "90000", "90.00"),
        ("€ 12.500", "12500", "12.50"),
        ("-2.345", "-2345", "-2.35"),
        ("- € 2,345", "-2345", "-2.35"),
        ("1,125 euros", "1125", "1.13"),
    ],
)
def test_three_digits_after_one_sign_are_asked_about(text, large, small, language):
    with translation.override(language), pytest.raises(AmbiguousAmount) as raised:
        parse_amount(text)

    assert raised.value.thousands == Decimal(large)
    shown = small.replace(".", ",") if language == "nl" else small
    assert f" {large} " in str(raised.value)
    assert f" {shown}" in str(raised.value)


def test_the_question_names_both_readings_as_they_can_be_typed():
    with translation.override("nl"):
        form = AmountForm({"amount": "1.125"})

        assert form.errors["amount"] == ["“1.125” kan 1125 of 1,13 zijn. Vul een van beide in."]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,23,456",
        "1.234.50",
        "1e5",
        "--1",
        "1 2",
        "1_000",
        "٣",
        "2²",
        "5-",
        "½",
        ".",
        "€",
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=re.escape("such as 95.50")):
        parse_amount(text)


@pytest.mark.parametrize("text", ["0.305", "1.2345", "1.234,567", "1234,567"])
def test_too_many_decimals_are_refused_with_the_nearest_amount(text):
    with pytest.raises(ValueError, match="at most 2 decimals, such as"):
        parse_amount(text)


@pytest.mark.parametrize(("text", "example"), [("0,001", "0.01"), ("-0.001", "-0.01")])
def test_the_example_for_too_many_decimals_is_never_zero(text, example):
    with pytest.raises(ValueError, match=f"such as {re.escape(example)}"):
        parse_amount(text)


@pytest.mark.parametrize("text", ["1.000", "1,5", "1.0000001", "dertig", "-1"])
def test_a_whole_number_is_not_guessed(text):
    assert not AmountForm({"days": text}).is_valid()


@pytest.mark.parametrize(("text", "days"), [("30", 30), ("1.000.000", 1_000_000), ("30,00", 30)])
def test_a_whole_number_is_read(text, days):
    form = AmountForm({"days": text})

    assert form.is_valid()
    assert form.cleaned_data["days"] == days


def test_an_amount_is_shown_with_the_decimal_sign_of_the_page():
    form = AmountForm(initial={"amount": Decimal("95.5")})

    with translation.override("nl"):
        assert 'value="95,50"' in str(form["amount"])
    with translation.override("en"):
        assert 'value="95.50"' in str(form["amount"])


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(LANGUAGES))
def test_what_is_shown_is_what_is_stored(amount, language):
    with translation.override(language):
        shown = AmountForm(initial={"amount": amount})["amount"]
        value = re.search(r'value="([^"]*)"', str(shown))
        assert value is not None
        form = AmountForm({"amount": value[1]})

        assert form.is_valid()
        assert form.cleaned_data["amount"] == amount


@given(st.text("0123456789., -€'", max_size=12))
def test_no_text_means_another_amount_in_another_language(text):
    readings = set()
    for language in LANGUAGES:
        with translation.override(language):
            try:
                readings.add(parse_amount(text))
            except ValueError:
                readings.add(None)

    assert len(readings) == 1


@pytest.mark.parametrize("text", ["-1", "12345678901234", "x"])
def test_impossible_amounts_are_refused(text):
    form = AmountForm({"amount": text})

    assert not form.is_valid()
    assert form.errors["amount"]


def test_no_amount_is_none():
    form = AmountForm({"amount": " "})

    assert form.is_valid()
    assert form.cleaned_data["amount"] is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["0100.000", "01,125", "€ 012.500"])
def test_leading_zeroes_do_not_decide_what_three_digits_are(text, language):
    with translation.override(language), pytest.raises(AmbiguousAmount):
        parse_amount(text)


def test_a_field_for_whole_numbers_asks_for_a_whole_number():
    for text in ("1e2", "12 km", "95.5"):
        assert "whole number" in AmountForm({"days": text}).errors["days"][0]


@pytest.mark.parametrize(
    "text",
    ["99999999999", "-100000000", "1.000.000.000.000,00", "9" * 400, f"-{'9' * 30},5", "9" * 5000],
)
def test_an_amount_with_too_many_digits_is_refused_with_the_highest_one(text):
    class Small(forms.Form):
        amount = AmountField(max_digits=10, min_value=None)

    assert Small({"amount": text}).errors["amount"] == ["Enter at most 99999999.99."]
    assert Small({"amount": "-99.999.999,99"}).is_valid()


def test_a_field_says_its_own_highest_value_however_long_the_number_is():
    for digits in (4, 20, 400):
        with pytest.raises(ValidationError) as refused:
            AmountField(max_value=100).clean("9" * digits)
        assert refused.value.messages == ["Enter at most 100."]


def test_the_first_twenty_decimals_are_not_all_that_counts():
    with pytest.raises(ValueError, match="at most 2 decimals"):
        parse_amount("1," + "0" * 40 + "1")


def test_an_amount_below_the_lowest_is_refused_in_one_voice():
    assert AmountForm({"amount": "-1"}).errors["amount"] == ["Enter at least 0."]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (AmountField(), "Enter an amount such as 95.50."),
        (WholeField(), "Enter a whole number such as 95."),
        (QuantityField(), "Enter a number such as 1.50."),
        (PercentField(), "Enter a percentage such as 21."),
    ],
)
def test_a_text_is_told_what_its_kind_of_field_holds(field, sentence):
    with pytest.raises(ValidationError) as refused:
        field.clean("many")

    assert refused.value.messages == [sentence]
