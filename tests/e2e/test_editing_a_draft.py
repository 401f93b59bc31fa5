"""A blank invoice, filled with free lines and discounts while the preview follows."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from billing.models import Invoice

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


def test_a_blank_invoice_is_filled_and_entered_to_the_cent(visitor, connected, sandbox):
    page = visitor.page
    connected.customer("Bakkerij Van Dam", "K00117", email="info@vandam.example")
    visitor.log_in(connected)
    begin(visitor, "bakk")

    add(visitor, 1, "Licence for a year", quantity="3", price="19,99", discount="10")
    add(visitor, 2, "Set-up", quantity="1", price="250", discount="")
    page.get_by_label("Discount on the whole invoice").fill("5")

    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("€ 349.41")
    page.get_by_role("button", name="Move line 2 up").click()
    expect(page.get_by_role("region", name="Line 1").get_by_label("Description")).to_have_value(
        "Set-up"
    )
    page.evaluate(Axe().axe_script)
    assert page.evaluate("axe.run().then((found) => found.violations)") == []
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("The draft has been saved.")).to_be_visible()
    expect(page.get_by_role("region", name="Invoice", exact=True)).to_contain_text("€ 349.41")
    invoice = Invoice.objects.get()
    assert [line.description for line in invoice.lines.all()] == ["Set-up", "Licence for a year"]
    assert invoice.gross == Decimal("349.41")


def test_what_is_wrong_is_marked_and_the_rest_stays(visitor, connected):
    page = visitor.page
    connected.customer("Bakkerij Van Dam", "K00117")
    visitor.log_in(connected)
    begin(visitor, "K00117")
    add(visitor, 1, "Licence for a year", quantity="3", price="a lot", discount="")

    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("Enter an amount such as 95.50.")).to_be_visible()
    line = page.get_by_role("region", name="Line 1")
    expect(line.get_by_label("Description")).to_have_value("Licence for a year")
    expect(line.get_by_label("Price")).to_have_value("a lot")


def begin(visitor, text):
    """New invoice → the customer, found by typing → Free invoice."""
    page = visitor.page
    visitor.go("Finance", "Invoices")
    page.get_by_role("link", name="New invoice").click()
    expect(visitor.dialog.get_by_role("combobox", name="Customer")).to_be_focused()
    page.keyboard.type(text)
    visitor.dialog.get_by_role("option").filter(has_text="Bakkerij Van Dam").click()
    visitor.dialog.get_by_text("Free invoice", exact=True).click()
    visitor.press("Create draft")
    expect(page.get_by_role("heading", name="Edit draft")).to_be_visible()


def add(visitor, number, description, **figures):
    """A free line; the keyboard stands in its description at once."""
    page = visitor.page
    page.get_by_role("button", name="Add line").click()
    line = page.get_by_role("region", name=f"Line {number}")
    expect(line.get_by_label("Description")).to_be_focused()
    page.keyboard.type(description)
    for name, value in figures.items():
        line.get_by_label(name.capitalize()).fill(value)
