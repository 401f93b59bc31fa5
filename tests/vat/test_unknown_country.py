"""A country that nobody knows can be in the EU, so nothing is untaxed because of it."""

import pytest

from vat.eligibility import why_not_country
from vat.territories import where
from vat.treatments import VatTreatment


@pytest.mark.parametrize("treatment", [VatTreatment.EXPORT, VatTreatment.WORLD_SERVICES])
@pytest.mark.parametrize("country", ["Atlantis", "Dutschland", "XX", "-"])
def test_an_unknown_country_gets_no_rate_for_outside_the_eu(treatment, country):
    assert f"“{country}” is no country that we know" in why_not_country(treatment, where(country))


@pytest.mark.parametrize("country", ["CH", "AW", "US"])
def test_a_known_country_outside_the_eu_does(country):
    assert why_not_country(VatTreatment.EXPORT, where(country)) == ""
