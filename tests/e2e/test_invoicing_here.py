"""Invoices from here: a draft from unbilled work, sent by e-mail, and only then entered there."""

import io
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests import factories

from .visitor import Books

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

ENTER = "Create Sales Entry in e-Boekhouden"


@pytest.fixture
def work(connected):
    """Hours and an expense at the low rate for one customer, hours for another."""
    organisation = connected.organisation
    low = organisation.vat_rates.get(code="LAAG_VERK_9")
    advice = factories.create_task(organisation=organisation, name="Advice", ledger_account="8010")
    books = factories.create_expense_category(
        organisation=organisation, name="Books", ledger_account="8100", vat_rate=low
    )
    bakery = connected.customer("Bakkerij Van Dam", "K00117", email="info@vandam.example")
    garage = connected.customer("Garage Peeters", "K00118", email="info@peeters.example")
    website = connected.project(bakery, "Website")
    connected.hours(website, advice, minutes=200, rate="95.00", amount="316.35")
    factories.create_expense(
        project=website,
        membership=connected.administrator,
        category=books,
        date=connected.today,
        price=Decimal("24.50"),
        amount=Decimal("24.50"),
        vat_rate=low,
        description="Handbook",
    )
    workshop = connected.project(garage, "Workshop")
    connected.hours(workshop, advice, minutes=60, rate="87.50", amount="87.50")
    return connected


def test_drafts_are_sent_and_then_entered_from_the_page_and_from_the_list(
    visitor, work, sandbox, mailoutbox
):
    page = visitor.page
    visitor.log_in(work)
    make_drafts(visitor)

    page.get_by_role("row").filter(has_text="Bakkerij").get_by_role("link", name="Draft").click()
    expect(page.get_by_role("heading", name="Draft invoice")).to_be_visible()
    assert "Total € 409.49" in pdf_text(page)
    assert_cannot_be_entered(page)
    send(visitor, to="info@vandam.example")
    (mail,) = mailoutbox
    number = work.organisation.invoices.exclude(number="").get().number
    assert mail.to == ["info@vandam.example"]
    assert number in mail.subject
    assert [one[0] for one in mail.attachments] == [f"{number}.pdf"]

    visitor.choose_action(ENTER)
    expect(page.get_by_text("The total agrees to the cent.")).to_be_visible()

    other = send_from_the_list(visitor, "Garage Peeters")
    visitor.tick(other)
    visitor.choose_action(ENTER)
    visitor.press("Create 1 sales entry")
    expect(page.get_by_role("status").filter(has_text="1 booked")).to_be_visible()

    see_the_books(page, sandbox, number, other)


def make_drafts(visitor):
    page = visitor.page
    visitor.go("Finance", "Unbilled")
    visitor.tick("Website")
    visitor.tick("Workshop")
    visitor.choose_action("Invoice…")
    expect(visitor.dialog).to_contain_text("€ 409.49 incl. VAT")
    visitor.press("Create 2 drafts, € 515.37")
    expect(page.get_by_text("2 drafts have been created.")).to_be_visible()
    visitor.go("Overview", "Hours")
    visitor.go("Finance", "Unbilled")
    expect(visitor.selection).to_be_hidden()
    visitor.go("Finance", "Invoices")


def pdf_text(page):
    """What stands in the file behind the button PDF."""
    link = page.get_by_role("link", name="PDF", exact=True)
    answer = page.request.get(link.evaluate("link => link.href"))
    assert answer.headers["content-type"] == "application/pdf"
    text = "\n".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(answer.body())).pages)
    return " ".join(text.split())


def assert_cannot_be_entered(page):
    """Until it has been sent there is no such action."""
    page.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_role("button", name="Mark as sent…")).to_be_visible()
    expect(page.get_by_role("button", name=ENTER)).to_have_count(0)
    page.keyboard.press("Escape")


def send(visitor, *, to):
    page = visitor.page
    page.get_by_role("link", name="Send…").click()
    expect(visitor.dialog.get_by_label("To", exact=True)).to_have_value(to)
    visitor.dialog.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text(f"has been sent to {to}.")).to_be_visible()


def send_from_the_list(visitor, customer):
    """Sends a draft among the others; gives its number."""
    page = visitor.page
    visitor.go("Finance", "Invoices")
    visitor.tick(customer)
    page.get_by_role("button", name="Actions", exact=True).click()
    expect(page.get_by_role("button", name=ENTER)).to_be_disabled()
    page.get_by_role("button", name="Send by e-mail…").click()
    visitor.dialog.get_by_role("button", name="Send").click()
    row = page.get_by_role("row").filter(has_text=customer)
    expect(row).to_contain_text("Sent")
    return row.get_by_role("rowheader").inner_text()


def see_the_books(page, sandbox, number, other):
    """Turnover and VAT on their accounts, to the cent, and what is owed."""
    page.goto(sandbox.page)
    books = Books(page)
    entry = books.article("Mutations", f"invoice {number}")
    expect(entry).to_contain_text("account 1300")
    expect(entry.get_by_role("row").filter(has_text="8010").get_by_role("cell")).to_contain_text(
        ["8010", "HOOG_VERK_21", "316.35", "66.43", "382.78"]
    )
    expect(entry.get_by_role("row").filter(has_text="8100").get_by_role("cell")).to_contain_text(
        ["8100", "LAAG_VERK_9", "24.50", "2.21", "26.71"]
    )
    expect(books.article("Mutations", f"invoice {other}")).to_contain_text("105.88")
    owed = books.section("Open items").get_by_role("row")
    expect(owed.filter(has_text=number)).to_contain_text("409.49")
    assert not sandbox.books.invoices()
