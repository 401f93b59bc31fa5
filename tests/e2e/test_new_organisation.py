"""Every page of an organisation that begins opens, has no barriers, and fits a phone."""

import pytest

from .tour import Tour, names_in_menus

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_every_page_of_an_organisation_that_begins(visitor, studio):
    visitor.log_in(studio)

    tour = Tour(visitor.page).walk()

    assert tour.wrong == []
    assert names_in_menus() <= set(tour.seen)


def test_the_pages_before_one_is_logged_in(visitor):
    visitor.page.goto(f"{visitor.site}/account/login/")

    assert Tour(visitor.page).walk().wrong == []
