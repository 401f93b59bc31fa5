"""The codes of the service, and our sentences for them."""

import pytest

from integrations.eboekhouden.facts import limits, vat
from integrations.eboekhouden.facts.codes import FACTS, classify, explain, fact_of, normalise


@pytest.mark.parametrize("code", ["E002.3", "E0023", " e002.3 "])
def test_dots_do_not_matter(code):
    assert classify(code) == "session"


def test_no_two_codes_become_one_without_their_dots():
    spelled = {fact.code for fact in FACTS}

    assert len({normalise(code) for code in spelled}) == len(spelled)


@pytest.mark.parametrize(
    ("code", "text", "code_class"),
    [
        ("CMUT014", "Relatiecode is niet ingevuld", "relation"),
        ("CMUT014", "Betalingstermijn is niet ingevuld", "data"),
        ("CMUT012", "Ongeldige BTW-code voor deze mutatiesoort", "settings"),
        ("CMUT011", "BedragExclBTW * BTWPercentage/100 is niet gelijk aan BedagBTW", "data"),
        ("CMUT011", "Iets heel anders", "data"),
        ("CFACT026", "", "exists"),
        ("CREL001", "", "exists"),
        ("CMUT019", "", "exists"),
        ("CMUT020", "", "period-closed"),
        ("E001.4", "", "credentials"),
        ("E003.2", "", "quota"),
        ("ZZZ1", "Nieuw", "unknown"),
    ],
)
def test_the_class_of_a_code(code, text, code_class):
    assert classify(code, text) == code_class


def test_a_code_with_two_meanings_is_explained_by_its_sentence():
    vat_code = explain("CMUT012", "Ongeldige BTW-code voor deze mutatiesoort", "en")
    ledger = explain("CMUT012", "Tegenrekening heeft een onjuiste categorie of bestaat niet", "en")

    assert "VAT code" in vat_code
    assert "ledger account" in ledger


def test_the_line_the_service_names_is_named():
    assert "line 3" in explain("CFACT042", "Ongeldige BTW-code op regel 3", "en")
    assert "regel 3" in explain("CFACT042", "Ongeldige BTW-code op regel 3", "nl-nl")


def test_an_unknown_code_shows_what_the_service_said():
    assert "Iets nieuws" in explain("ZZZ1", "Iets nieuws", "en")
    assert "{x}" in explain("ZZZ1", "{x}", "nl")


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.code}-{fact.text[:12]}")
def test_every_code_is_found_by_its_own_sentence_and_explained_in_both_languages(fact):
    found = fact_of(fact.code, fact.text)

    assert found is not None
    assert found.english == fact.english
    assert explain(fact.code, fact.text, "en") != explain(fact.code, fact.text, "nl")
    assert "{" not in explain(fact.code, fact.text, "nl")


def test_only_sales_codes_are_offered_for_an_invoice():
    assert "HOOG_VERK_21" in vat.SALES_CODES
    assert "GEEN" in vat.SALES_CODES
    assert not [code for code in vat.SALES_CODES if "_INK" in code]
    assert len(vat.VAT_CODES) == 21
    assert all(len(code) <= limits.LINE["vat_code"] for code in vat.VAT_CODES)
