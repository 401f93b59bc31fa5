"""Ledger account numbers: pasted texts are corrected and shown before they are stored."""

import pytest
from django import forms

from integrations.ledger import LedgerAccountField, parse_ledger_number
from integrations.models import LedgerAccount


class LedgerForm(forms.Form):
    account = LedgerAccountField()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8000", "8000"),
        ("8000 Omzet", "8000"),
        (" 8000 - Omzet 21%", "8000"),
        ("8000·Omzet", "8000"),
        ("8000: Omzet", "8000"),
        ("Omzet 8000", "8000"),
        ("Omzet (8000)", "8000"),
        ("0150 Inventaris", "0150"),
        ("8.000", ""),
        ("8000,50", ""),
        ("12345678901", ""),
        ("Omzet", ""),
        ("", ""),
    ],
)
def test_the_number_is_found_in_what_was_pasted(text, number):
    assert parse_ledger_number(text) == number


def test_a_number_with_a_name_comes_back_as_the_number_with_a_notice():
    form = LedgerForm({"account": "8000 Omzet"})

    assert form.errors["account"] == [
        "Only the number: 8000. We changed it for you. Check it and save."
    ]
    assert form.fields["account"].corrected == "8000"
    assert form["account"].value() == "8000"
    assert 'value="8000"' in str(form["account"])


def test_a_text_without_a_number_stays_as_typed():
    form = LedgerForm({"account": "Omzet"})

    assert form.errors["account"] == ["Enter only the number of the ledger account, such as 8000."]
    assert form["account"].value() == "Omzet"


def test_without_a_fetched_chart_every_number_is_accepted():
    form = LedgerForm({"account": " 8123 "})

    assert form.is_valid()
    assert form.cleaned_data == {"account": "8123"}


def test_a_number_that_is_not_in_the_fetched_chart_is_refused():
    form = LedgerForm({"account": "8123"})
    form.fields["account"].offer([LedgerAccount(code="8000", name="Omzet")])

    assert "Ledger account 8123 is not in the chart of accounts" in form.errors["account"][0]


def test_fetched_accounts_are_offered_with_their_names():
    form = LedgerForm()
    form.fields["account"].offer([LedgerAccount(code="8000", name="Omzet <hoog>")])

    drawn = str(form["account"])

    assert 'list="id_account_accounts"' in drawn
    assert '<option value="8000">8000 Omzet &lt;hoog&gt;</option>' in drawn


def test_one_form_does_not_offer_the_accounts_of_another():
    first = LedgerForm()
    first.fields["account"].offer([LedgerAccount(code="8000", name="Omzet")])

    assert "datalist" in str(first["account"])
    assert "datalist" not in str(LedgerForm()["account"])
