"""With nothing registered yet, every page in the menus opens, has no barriers, fits a phone."""

import pytest

from .tour import Tour, names_in_menus

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def test_every_page_in_the_menus_of_an_organisation_that_begins(visitor, studio):
    visitor.log_in(studio)

    pages = names_in_menus() | {"billing:dashboard"}

    tour = Tour(visitor.page, only=pages).walk()

    assert tour.wrong == []
    assert set(tour.seen) == pages


def test_the_pages_before_one_is_logged_in(visitor):
    visitor.page.goto(f"{visitor.site}/account/login/")

    assert Tour(visitor.page).walk().wrong == []
