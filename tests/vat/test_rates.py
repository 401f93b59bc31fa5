"""The rates of an organisation: its default, its codes, and the standard set."""

from decimal import Decimal

import pytest

from tests import factories
from vat.rates import create_standard_rates, default_rate, set_default_code
from vat.treatments import default_code

pytestmark = pytest.mark.django_db


def test_the_standard_set_makes_no_default_of_a_rate_with_another_code(organisation):
    factories.create_vat_rate(organisation=organisation, code="HOOG_VERK")

    made = create_standard_rates(organisation)

    assert made
    assert default_rate(organisation) is None


def test_a_percentage_that_is_no_whole_number_has_no_default_code():
    assert default_code("domestic", Decimal("5.5")) == ""


def test_a_code_that_was_chosen_is_not_replaced_by_the_default(organisation):
    rate = factories.create_vat_rate(organisation=organisation, code="HOOG_VERK")

    assert set_default_code(rate) == ""

    rate.refresh_from_db()
    assert rate.code == "HOOG_VERK"
