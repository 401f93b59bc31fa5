"""Numbers that are in use elsewhere are not given again, and other numbers say nothing."""

import pytest

from billing.models import NumberSeries
from billing.numbering import skip_numbers
from tests import factories

pytestmark = pytest.mark.django_db


def test_only_numbers_of_our_series_raise_a_series():
    organisation = factories.create_organisation()

    skip_numbers(organisation, ["2026-0007", "2026-0003", "ELSE2026-0900", "by hand", ""])

    series = NumberSeries.objects.get()
    assert (series.prefix, series.year, series.last) == ("", 2026, 7)
