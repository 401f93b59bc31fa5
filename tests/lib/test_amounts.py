"""Typed amounts are parsed in common notations; ambiguous ones are refused."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from lib.amounts import AmountField, parse_amount


class AmountForm(forms.Form):
    amount = AmountField(required=False)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("95", "95.00"),
        ("95,5", "95.50"),
        ("95.50", "95.50"),
        ("0,30", "0.30"),
        ("1.234", "1234.00"),
        ("1,234", "1234.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567,89", "1234567.89"),
        ("€ 12 500,00", "12500.00"),
        ("-20", "-20.00"),
    ],
)
def test_comma_and_point_are_both_understood(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "abc", "0.305", "1,23,456", "1.234.50", "95,-", "1e5", "--1"])
def test_what_could_mean_something_else_is_refused(text):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the text is all it says
        parse_amount(text)

    assert str(raised.value) == text


def test_an_amount_is_shown_with_the_decimal_sign_of_the_page():
    form = AmountForm(initial={"amount": Decimal("95.5")})

    with translation.override("nl"):
        assert 'value="95,50"' in str(form["amount"])
    with translation.override("en"):
        assert 'value="95.50"' in str(form["amount"])


@pytest.mark.parametrize("text", ["-1", "12345678901234", "x"])
def test_impossible_amounts_are_refused(text):
    form = AmountForm({"amount": text})

    assert not form.is_valid()
    assert form.errors["amount"]


def test_no_amount_is_none():
    form = AmountForm({"amount": " "})

    assert form.is_valid()
    assert form.cleaned_data["amount"] is None
