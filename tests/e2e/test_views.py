"""Somebody groups a list, hides a column, saves that as a view, and finds it again."""

import pytest
from playwright.sync_api import expect

from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_list_is_grouped_saved_as_a_view_and_opened_first(visitor, studio):
    page = visitor.page
    task = factories.create_task(organisation=studio.organisation)
    for name in ("Website 2026", "Webshop"):
        project = studio.project(studio.customer(f"Van {name}", name), name)
        studio.hours(project, task, minutes=90, rate="95.00", amount="142.50")
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/overview/hours/")

    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Description", exact=True).uncheck()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Group by").click()
    page.locator("[data-group=project]").click()
    expect(page.get_by_role("row", name="Webshop")).to_contain_text("1:30")
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Save and manage…").click()
    expect(visitor.dialog.get_by_label("Name", exact=True)).to_be_focused()
    assert list(barriers(page)) == []
    page.keyboard.type("By project")
    visitor.dialog.get_by_label("Open this view first").check()
    visitor.dialog.get_by_role("button", name="Save view").click()
    expect(visitor.toasts).to_contain_text("The view By project has been saved.")

    page.goto(f"{visitor.site}/overview/hours/")

    expect(page.get_by_role("button", name="By project")).to_be_visible()
    assert "without=notes" in page.url
    page.get_by_role("link", name="Webshop").click()
    expect(page.locator("tfoot")).to_contain_text("1 registration")
