"""One of three lines is credited, its hours are billed again, and the books have both."""

import pytest
from playwright.sync_api import expect

from tests import factories

from .visitor import Books

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

ENTER = "Create Sales Entry in e-Boekhouden"


@pytest.fixture
def work(connected):
    """Hours of three tasks for one customer."""
    bakery = connected.customer("Bakkerij Van Dam", "K00117", email="info@vandam.example")
    website = connected.project(bakery, "Website")
    for name in ("Advice", "Building", "Calls"):
        task = factories.create_task(
            organisation=connected.organisation, name=name, ledger_account="8010"
        )
        connected.hours(website, task, minutes=60, rate="100.00", amount="100.00")
    return connected


def test_one_of_three_lines_is_credited_and_its_hours_are_billed_again(visitor, work, sandbox):
    page = visitor.page
    visitor.log_in(work)
    bill(visitor, "Create 1 draft, € 363.00")
    first = send(visitor)
    visitor.choose_action(ENTER)
    expect(page.get_by_text("The total agrees to the cent.")).to_be_visible()

    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("link", name="Credit…").click()
    dialog = visitor.dialog
    for name in ("Advice", "Calls"):
        dialog.get_by_role("checkbox", name=f"Credit Website · {name}").uncheck()
        expect(dialog.get_by_role("checkbox", name=f"Credit Website · {name}")).not_to_be_checked()
    dialog.get_by_label("Reason").fill("Wrong task")
    dialog.get_by_role("button", name="Create draft, € −121.00").click()
    expect(page.get_by_role("heading", name="Draft credit invoice")).to_be_visible()

    credit = send(visitor)
    expect(page.get_by_text(f"Credit invoice {credit}").first).to_be_visible()
    visitor.choose_action(ENTER)
    expect(page.get_by_text("The total agrees to the cent.")).to_be_visible()

    bill(visitor, "Create 1 draft, € 121.00")
    again = send(visitor)

    page.goto(sandbox.page)
    owed = Books(page).section("Open items").get_by_role("row")
    expect(owed.filter(has_text=first)).to_contain_text("363.00")
    expect(owed.filter(has_text=credit)).to_contain_text("121.00")
    assert len({first, credit, again}) == 3


def bill(visitor, button):
    """Everything unbilled of the project becomes a draft; its page opens."""
    visitor.go("Finance", "Unbilled")
    visitor.tick("Website")
    visitor.choose_action("Invoice…")
    visitor.press(button)
    expect(visitor.page.get_by_text("1 draft has been created.")).to_be_visible()


def send(visitor):
    """Mails the draft that is open; gives its number."""
    page = visitor.page
    page.get_by_role("link", name="Send…").click()
    visitor.dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("has been sent to info@vandam.example.")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text().split()[-1]
