"""Countries: the list of choices, and names from other systems."""

import pytest
from django.utils.translation import override
from stdnum.eu.vat import MEMBER_STATES

from integrations.eboekhouden.facts.limits import RELATION
from lib import countries
from lib.countries import (
    EU,
    choices,
    country_code,
    country_in_sentence,
    country_name,
    dutch_name,
    eu_choices,
)


def test_every_country_of_the_iso_list_can_be_chosen_ours_first():
    names = choices()

    assert names[:2] == [("", "—"), ("NL", "Netherlands")]
    assert len(names) == 1 + 249
    assert {"EU", "UN", "ZZ", "001"}.isdisjoint(dict(names))


@pytest.mark.parametrize(
    ("language", "greece", "last"),
    [
        ("en", "Greece", "Zimbabwe"),
        ("nl", "Griekenland", "Zwitserland"),
        ("de", "Griechenland", "Zypern"),
        ("fr", "Grèce", "Zimbabwe"),
        ("pt-br", "Greece", "Zimbabwe"),
    ],
)
def test_names_are_in_the_language_of_the_page_and_sorted_in_it(language, greece, last):
    with override(language):
        assert country_name("GR") == greece
        assert choices()[-1][1] == last
        # Å and É sort with A and E, where people look for them.
        assert dict(eu_choices()).keys() == EU


def test_accents_do_not_send_a_country_to_the_end_of_the_list():
    codes = [code for code, _name in choices()]

    assert codes.index("AX") < codes.index("BE")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Noord-Ierland", "GB"), ("Ålandseilanden", "AX"), ("Bosnië-Herzegovina", "BA"),
        ("Wit-Rusland", "BY"), ("DR Congo", "CD"), ("Republic of Ireland", "IE"),
        ("Nederland", "NL"), ("holland", "NL"), ("Pays-Bas", "NL"), ("Niederlande", "NL"),
        (" BELGIE ", "BE"), ("België", "BE"), ("Belgique", "BE"), ("be", "BE"),
        ("Deutschland", "DE"), ("Duitsland", "DE"), ("Österreich", "AT"), ("Osterreich", "AT"),
        ("Curacao", "CW"), ("Hong Kong", "HK"), ("Hongkong", "HK"), ("Engeland", "GB"),
        ("VS", "US"), ("Turkey", "TR"), ("Czech Republic", "CZ"), ("Cote d'Ivoire", "CI"),
        ("Côte d’Ivoire", "CI"), ("Georgië", "GE"), ("Oz", "Oz"), ("", ""),
    ],
)  # fmt: skip
def test_what_others_write_is_understood(written, code):
    assert country_code(written) == code


def test_no_way_of_writing_means_two_countries():
    for language in countries.LANGUAGES:
        with override(language):
            assert len(choices()) > 200
            for code, name in choices()[1:]:
                assert country_code(name) == code, (language, name)


@pytest.mark.parametrize("name", ["Congo", "Kongo", "congo "])
def test_a_name_of_two_countries_is_not_guessed(name):
    assert not countries.is_country(country_code(name))
    assert country_code(f"{name.strip()}-Kinshasa") == "CD"
    assert country_code(f"{name.strip()}-Brazzaville") == "CG"


def test_e_boekhouden_gets_dutch_names_that_fit():
    assert dutch_name("DE") == "Duitsland"
    assert dutch_name("HK") == "Hongkong"
    assert dutch_name("Oz") == "Oz"
    assert max(len(dutch_name(code)) for code, _name in choices()) <= RELATION["country"]


def test_what_is_not_known_stays():
    assert choices("Oz")[-1] == ("Oz", "Oz")
    assert country_name("Oz") == "Oz"


def test_the_eu_is_that_of_the_numbers_that_can_be_checked():
    assert {code.lower() for code in EU} - {"gr"} == set(MEMBER_STATES) - {"el", "gr", "xi"}


@pytest.mark.parametrize(
    ("code", "english", "dutch"),
    [
        ("NL", "the Netherlands", "Nederland"),
        ("US", "the United States", "de Verenigde Staten"),
        ("GB", "the United Kingdom", "het Verenigd Koninkrijk"),
        ("AE", "the United Arab Emirates", "de Verenigde Arabische Emiraten"),
        ("PH", "the Philippines", "de Filipijnen"),
        ("KY", "the Cayman Islands", "de Kaaimaneilanden"),
        ("BS", "the Bahamas", "de Bahama’s"),
        ("DO", "the Dominican Republic", "de Dominicaanse Republiek"),
        ("BQ", "the Caribbean Netherlands", "Caribisch Nederland"),
        ("BE", "Belgium", "België"),
        ("CH", "Switzerland", "Zwitserland"),
        ("Atlantis States", "Atlantis States", "Atlantis States"),
    ],
)
def test_a_country_has_its_article_in_a_sentence(code, english, dutch):
    with override("en"):
        assert country_in_sentence(code) == english
    with override("nl"):
        assert country_in_sentence(code) == dutch
