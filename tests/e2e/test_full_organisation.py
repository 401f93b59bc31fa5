"""Every page of an organisation that has everything opens, has no barriers, and fits a phone."""

import pytest

from .tour import Tour, names_in_menus

# The walk takes five minutes. Each change opens every page without a browser
# (tests/timechimp_eb/test_every_page.py), and every list and the new organisation with one.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.nightly,
    pytest.mark.django_db(transaction=True),
]


def test_every_page_of_a_full_organisation(visitor, full):
    visitor.log_in(full)

    tour = Tour(visitor.page).walk()

    assert tour.wrong == []
    assert names_in_menus() <= set(tour.seen)
