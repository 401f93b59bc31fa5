"""The answer gets lost after the invoice was made: it is looked up, and never made twice."""

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


def test_an_invoice_whose_answer_was_lost_is_found_and_not_made_again(visitor, work, sandbox):
    page = visitor.page
    page.goto(sandbox.page)
    visitor.press("Book the next invoice, lose the answer")
    visitor.log_in(work)

    visitor.go("Overview", "Hours")
    visitor.tick("Website")
    visitor.choose_action("Invoice in e-Boekhouden…")
    visitor.press("Book 1 invoice, € 114.95")

    expect(page.get_by_text("No clear answer was received.")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1 being checked")).to_be_visible()
    assert len(sandbox.books.invoices()) == 1
    expect(page.get_by_role("button", name="Book again")).to_be_hidden()

    visitor.press("Check now")
    expect(page.get_by_text("The look-up has been started.")).to_be_visible()
    visitor.go("Finance", "Bookings")
    page.get_by_role("link", name="Booked").click()
    expect(page.get_by_text("Found in e-Boekhouden after no answer was received.")).to_be_visible()
    assert [request.applied for request in sandbox.books.requests(operation="AddFactuur")] == [True]
    assert len(sandbox.books.invoices()) == 1
    assert len(sandbox.books.entries()) == 1
