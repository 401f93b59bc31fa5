"""Somebody changed an invoice in e-Boekhouden: the daily check finds it, and it is seen."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(connected, sandbox):
    """An hour for a customer that e-Boekhouden knows."""
    (remote_id,) = sandbox.seed_relations([{"Code": "K00117", "Bedrijf": "Bakkerij Van Dam"}])
    bakery = connected.customer("Bakkerij Van Dam", "K00117", remote_id=remote_id)
    task = factories.create_task(organisation=connected.organisation, name="Design")
    project = connected.project(bakery, "Website")
    connected.hours(project, task, minutes=60, rate="95.00", amount="95.00")
    return connected


def test_what_was_changed_there_is_found_told_and_seen(visitor, work, sandbox):
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    visitor.tick("Website")
    visitor.choose_action("Invoice in e-Boekhouden…")
    visitor.press("Book 1 invoice, € 114.95")
    expect(page.get_by_role("status").filter(has_text="1 booked")).to_be_visible()
    (there,) = sandbox.books.invoices()
    sandbox.books.change("invoices", there.id, {"lines": [{"account": "8100"}]})

    visitor.go("Finance", "Bookings")
    page.get_by_role("link", name="Daily check").click()
    visitor.press("Check now")

    expect(page.get_by_text("1 booking compared")).to_be_visible()
    expect(page.get_by_role("button", name="Check now")).to_be_enabled()
    expect(page.get_by_text("Differs: ledger account.")).to_be_visible()
    page.get_by_role("link", name=f"Invoice {there.number}").click()
    expect(page.get_by_role("row").filter(has_text="8100").get_by_text("differs")).to_be_visible()
    page.get_by_label("Note").fill("The bookkeeper moves it to design")
    visitor.press("Mark as reviewed")
    expect(page.get_by_text("Note saved.")).to_be_visible()
    expect(
        page.get_by_role("row").filter(has_text=there.number).get_by_text("Reviewed")
    ).to_be_visible()
    (unchanged,) = sandbox.books.invoices()
    assert unchanged.lines[0].account == "8100"
