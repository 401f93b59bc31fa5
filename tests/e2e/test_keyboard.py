"""Without a mouse, and on a phone: what is ticked, opened and closed by keys alone."""

import pytest
from playwright.sync_api import Locator, expect

from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

MOST_STOPS = 80


@pytest.fixture
def work(studio):
    """An hour that could be booked; nothing is."""
    factories.create_connection(organisation=studio.organisation)
    project = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation, name="Design")
    studio.hours(project, task, minutes=60, rate="95.00", amount="95.00")
    return studio


def test_rows_are_ticked_and_a_dialog_opened_and_closed_by_keys(visitor, work):
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    page.reload()  # the keys start at the top

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    press_until_focused("Tab", page.get_by_role("checkbox", name="Website"))
    page.keyboard.press("Space")
    expect(visitor.selection).to_contain_text("€ 95.00")

    actions = page.get_by_role("button", name="Actions", exact=True)
    press_until_focused("Shift+Tab", actions)
    page.keyboard.press("Enter")
    press_until_focused("ArrowDown", page.get_by_role("button", name="Invoice in e-Boekhouden…"))
    page.keyboard.press("Enter")
    book = visitor.dialog.get_by_role("button", name="Book 1 invoice, € 114.95")
    expect(book).to_be_visible()
    press_until_focused("Tab", book)  # the focus stays inside
    assert list(barriers(page)) == []

    page.keyboard.press("Escape")
    expect(visitor.dialog).to_be_hidden()
    expect(actions).to_be_focused()


def test_on_a_phone_the_rooms_are_behind_one_button(visitor, work):
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.log_in(work)

    page.get_by_role("button", name="Menu", exact=True).click()
    panel = visitor.dialog
    panel.get_by_role("link", name="Finance").click()

    expect(page.get_by_role("heading", name="Unbilled")).to_be_visible()
    visitor.tick("Website")
    expect(visitor.selection).to_contain_text("€ 95.00")


def press_until_focused(key: str, wanted: Locator) -> None:
    """As somebody does who sees where the focus is."""
    for _stop in range(MOST_STOPS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        wanted.page.keyboard.press(key)
    pytest.fail(f"{MOST_STOPS} × {key} did not get to {wanted}")
