"""An owner arranges the page of the agency, with the keyboard and by dragging."""

import pytest
from playwright.sync_api import expect

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def order(page) -> list[str]:
    return [one.get_attribute("data-part") for one in page.locator("[data-part]").all()]


def test_the_parts_are_arranged_with_the_keyboard_and_by_dragging(visitor, studio):
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/agency/")
    assert list(barriers(page)) == []
    assert order(page) == ["money", "needs", "hours", "share", "turnover"]
    page.get_by_role("link", name="Arrange").click()
    assert list(barriers(page)) == []

    handle = page.get_by_role("button", name="Move Hours of everybody with the arrow keys")
    handle.press("ArrowUp")
    expect(page.get_by_role("status").get_by_text("is now part 2 of 5")).to_be_attached()
    assert order(page) == ["money", "hours", "needs", "share", "turnover"]
    expect(handle).to_be_focused()
    page.get_by_role("button", name="Needs you later").click()
    expect(page.get_by_role("status").get_by_text("is now part 4 of 5")).to_be_attached()

    page.get_by_role("button", name="Move Turnover per month with the arrow keys").drag_to(
        page.locator('[data-part="money"] .tiles')
    )
    expect(page.get_by_role("status").get_by_text("is now part 1 of 5")).to_be_attached()
    page.get_by_role("link", name="Done").click()

    expect(page.get_by_role("link", name="Arrange")).to_be_visible()
    assert order(page) == ["turnover", "money", "hours", "share", "needs"]
