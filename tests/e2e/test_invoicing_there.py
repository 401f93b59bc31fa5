"""Overview → Actions → Invoice in e-Boekhouden: from ticked rows to the books, to the cent."""

import pytest
from playwright.sync_api import expect

from tests import factories

from .tour import barriers
from .visitor import Books

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(connected, sandbox):
    """Hours, an expense and a trip for a customer that is known there and one that is not."""
    (remote_id,) = sandbox.seed_relations([{"Code": "K00117", "Bedrijf": "Bakkerij Van Dam"}])
    bakery = connected.customer("Bakkerij Van Dam", "K00117", remote_id=remote_id)
    garage = connected.customer("Garage Peeters", "K00118", city="Ede")
    website = connected.project(bakery, "Website")
    workshop = connected.project(garage, "Workshop")
    organisation = connected.organisation
    design = factories.create_task(organisation=organisation, name="Design", ledger_account="8010")
    build = factories.create_task(organisation=organisation, name="Build", ledger_account="8010")
    for task in (design, build):
        connected.hours(website, task, minutes=200, rate="95.00", amount="316.35")
    connected.hours(workshop, design, minutes=90, rate="87.50", amount="131.25")
    factories.create_expense(
        project=website,
        membership=connected.administrator,
        category=factories.create_expense_category(
            organisation=organisation, name="Hosting", ledger_account="8030"
        ),
        date=connected.today,
        price="49.99",
        amount="49.99",
        description="Server",
    )
    factories.create_trip(
        project=workshop, membership=connected.administrator, date=connected.today
    )
    return connected


def test_hours_an_expense_and_a_trip_of_two_customers_are_booked(visitor, work, sandbox):
    page = visitor.page
    visitor.log_in(work)
    tick_everything(visitor)

    visitor.choose_action("Invoice in e-Boekhouden…")
    dialog = visitor.dialog
    bakery = dialog.locator("section").filter(has_text="Bakkerij Van Dam")
    garage = dialog.locator("section").filter(has_text="Garage Peeters")
    expect(bakery).to_contain_text("known in e-Boekhouden")
    expect(garage).to_contain_text("will be created in e-Boekhouden")
    expect(bakery).to_contain_text("€ 827.20 incl. VAT")
    line = bakery.get_by_role("row").filter(has_text="Website · Design")
    cells = ["Website · Design", "3.33", "Uur", "95.00", "21%", "8010", "316.35"]
    expect(line.get_by_role("cell")).to_contain_text(cells)

    # One line a project charges the same 6.67 hours as two lines.
    dialog.get_by_text("By project", exact=True).click()
    expect(bakery).to_contain_text("€ 827.20 incl. VAT")
    website = bakery.get_by_role("row").filter(has_text="Website")
    expect(website).to_have_count(1)
    expect(website).to_contain_text("633.65")
    expect(garage).to_contain_text("€ 174.42 incl. VAT")
    assert list(barriers(page)) == []
    dialog.get_by_role("button", name="Book 2 invoices, € 1,001.62").click()

    expect(page.get_by_role("status").filter(has_text="2 booked")).to_be_visible()
    heading = page.get_by_role("heading", name="Everything is booked in e-Boekhouden")
    expect(heading).to_be_visible()
    expect(page.get_by_text("The total agrees to the cent.")).to_have_count(2)
    assert list(barriers(page)) == []
    numbers = [invoice.number for invoice in sandbox.books.invoices()]
    assert len(numbers) == 2
    for number in numbers:
        expect(page.get_by_role("link", name=f"Invoice {number}")).to_be_visible()

    see_the_books(visitor, sandbox)
    visitor.page.goto(visitor.site)
    visitor.go("Overview", "Hours")
    expect(page.get_by_role("row").filter(has_text="Website").first).to_contain_text("Invoiced")
    expect(visitor.selection).to_be_hidden()


def tick_everything(visitor):
    """Three tabs; what was ticked on the one is still ticked on the next."""
    page = visitor.page
    visitor.go("Overview", "Hours")
    for text in ("Website Design", "Website Build", "Workshop Design"):
        visitor.tick(text)
    expect(visitor.selection).to_contain_text("3 time registrations · 8:10 h · € 764.90")
    visitor.tab("Overview", "Expenses")
    visitor.tick("Website")
    visitor.tab("Overview", "Trips")
    visitor.tick("Workshop")
    expect(visitor.selection).to_contain_text("€ 827.79 excl. VAT")
    visitor.tab("Overview", "Hours")
    expect(page.get_by_role("row").filter(has_text="Build").get_by_role("checkbox")).to_be_checked()


def see_the_books(visitor, sandbox):
    """The new relation, both invoices with their lines, their mutations, and what is owed."""
    page = visitor.page
    page.goto(sandbox.page)
    books = Books(page)
    relation = books.section("Relations").get_by_role("row").filter(has_text="K00118")
    expect(relation).to_contain_text("Garage Peeters")
    expect(relation).to_contain_text("Ede")
    invoice = books.article("Invoices", "relation K00117")
    expect(invoice).to_contain_text("excl. VAT 683.64 · VAT 143.56 · total 827.20")
    hours = invoice.get_by_role("row").filter(has_text="Website").first
    cells = ["Website", "6.67", "Uur", "95.00", "HOOG_VERK_21", "8010"]
    expect(hours.get_by_role("cell")).to_contain_text(cells)
    expect(invoice.get_by_role("row").filter(has_text="Server")).to_contain_text("8030")
    expect(books.article("Invoices", "relation K00118")).to_contain_text("total 174.42")
    expect(books.section("Mutations").locator("article")).to_have_count(2)
    expect(books.article("Mutations", "827.20")).to_contain_text("account 1300")
    owed = books.section("Open items").get_by_role("row")
    expect(owed.filter(has_text="K00117")).to_contain_text("827.20")
    expect(owed.filter(has_text="K00118")).to_contain_text("174.42")
