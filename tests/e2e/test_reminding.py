"""Late invoices: one is reminded of with its PDF, another is held back after a phone call."""

import datetime

import pytest
from playwright.sync_api import expect

from billing.models import Invoice, InvoiceStatus
from tests.billing.issued import Item, as_if, issued

from .visitor import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

LATE, CALLED = "2026-0007", "2026-0008"


@pytest.fixture
def owed(studio, celery_worker_process) -> Studio:
    """Two invoices of eight days past their due date, of two customers, and a worker."""
    late_invoice(studio, "Bakkerij Van Dam", LATE, email="info@vandam.example")
    late_invoice(studio, "Garage Peeters", CALLED, email="info@peeters.example")
    return studio


def late_invoice(studio: Studio, name: str, number: str, *, email: str) -> None:
    customer = studio.customer(name, f"K{number[-4:]}", email=email)
    invoice = issued(customer, [Item(price="250.00")], number=number, language="en")
    due_on = studio.today - datetime.timedelta(days=8)
    as_if(invoice, status=InvoiceStatus.SENT, due_on=due_on)


def test_one_late_invoice_is_reminded_of_and_another_is_held_back(visitor, owed):
    visitor.log_in(owed)
    switch_on(visitor)
    visitor.go("Finance", "Reminders")
    for number in (LATE, CALLED):
        expect(row(visitor, number)).to_contain_text("Ready")

    hold_back(visitor)
    read_before(visitor)
    visitor.tick(LATE)
    visitor.press("Send")
    expect(visitor.dialog).to_contain_text("The selected customers get an e-mail with the PDF.")
    visitor.dialog.get_by_role("button", name="Send").click()

    expect(visitor.toasts).to_contain_text("1 reminder is being sent.")
    expect(row(visitor, LATE)).to_have_count(0)
    expect(row(visitor, CALLED)).to_contain_text("Held back")
    see_what_was_sent(visitor)
    assert kinds(LATE) == ["reminded"]
    assert kinds(CALLED) == []


def row(visitor, number):
    return visitor.page.get_by_role("row").filter(has_text=number)


def switch_on(visitor):
    """With the three steps that one begins with."""
    visitor.settings("Reminders")
    visitor.page.get_by_label("Send reminders for overdue invoices").check()
    visitor.press("Save")
    expect(visitor.page.get_by_text("The settings for reminders have been saved.")).to_be_visible()
    expect(visitor.page.get_by_role("row").filter(has_text="Reminder 3")).to_be_visible()


def hold_back(visitor):
    """No reminders to the garage, with the reason; then back to the list, which says so."""
    row(visitor, CALLED).get_by_role("button", name=f"More for {CALLED}").click()
    visitor.page.get_by_role("link", name="No reminders to this customer…").click()
    visitor.dialog.get_by_label("Reason").fill("Pays on Friday, says Anna")
    visitor.dialog.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_role("row").filter(has_text="Garage Peeters")).to_contain_text(
        "Pays on Friday, says Anna"
    )
    visitor.page.get_by_role("link", name="To send").click()
    expect(row(visitor, CALLED)).to_contain_text("No reminders: Pays on Friday, says Anna")
    expect(row(visitor, CALLED).get_by_role("checkbox")).to_have_count(0)


def read_before(visitor):
    """The letter as it will be sent."""
    row(visitor, LATE).get_by_role("link", name="Reminder 1").click()
    expect(visitor.dialog).to_contain_text("€\u00a0302.50 is still outstanding.")
    expect(visitor.dialog.get_by_role("link", name=f"{LATE}.pdf")).to_be_visible()
    visitor.dialog.get_by_role("button", name="Close").last.click()
    expect(visitor.dialog).to_have_count(0)


def see_what_was_sent(visitor):
    """Once, to whom, and what it carried."""
    visitor.page.get_by_role("link", name="Sent", exact=True).click()
    expect(row(visitor, LATE)).to_contain_text("info@vandam.example")
    expect(row(visitor, CALLED)).to_have_count(0)
    row(visitor, LATE).get_by_role("link", name="Reminder 1").click()
    expect(visitor.dialog).to_contain_text(f"{LATE}.pdf")


def kinds(number):
    """What happened to it since it was issued."""
    events = Invoice.objects.get(number=number).events.order_by("pk")
    return list(events.values_list("kind", flat=True))
