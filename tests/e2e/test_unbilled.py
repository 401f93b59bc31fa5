"""Finance → Unbilled: agreed amounts, which nobody registers, go to the books as well."""

import datetime
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from projects.models import Method, Subscription
from projects.terms import plan_terms

from .visitor import Books

pytestmark = [pytest.mark.e2e, pytest.mark.redis, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agreements(connected):
    """A subscription that began this month, and a fixed price that is due."""
    bakery = connected.customer("Bakkerij Van Dam", "K00117")
    first = connected.today.replace(day=1)
    hosting = connected.project(bakery, "Hosting", method=Method.SUBSCRIPTION)
    Subscription.objects.create(
        project=hosting,
        description="Hosting",
        starts_on=first,
        quantity=Decimal("2.00"),
        price=Decimal("24.95"),
    )
    logo = connected.project(
        bakery,
        "New logo",
        method=Method.FIXED_PRICE,
        fixed_price=Decimal("1250.00"),
        ends_on=connected.today - datetime.timedelta(days=1),
    )
    for project in (hosting, logo):
        plan_terms(project, today=connected.today)
    return connected


def test_a_subscription_and_a_fixed_price_are_booked(visitor, agreements, sandbox):
    page = visitor.page
    visitor.log_in(agreements)

    visitor.go("Finance", "Unbilled")
    visitor.tick("Hosting")
    visitor.tick("New logo")
    expect(visitor.selection).to_contain_text("€ 1,299.90")
    visitor.choose_action("Invoice in e-Boekhouden…")
    expect(visitor.dialog).to_contain_text("€ 1,572.88 incl. VAT")
    visitor.press("Book 1 invoice, € 1,572.88")

    expect(page.get_by_role("status").filter(has_text="1 booked")).to_be_visible()
    visitor.go("Finance", "Unbilled")
    expect(page.get_by_text("Everything is billed.")).to_be_visible()
    expect(visitor.selection).to_be_hidden()

    page.goto(sandbox.page)
    invoice = Books(page).article("Invoices", "relation K00117")
    expect(invoice).to_contain_text("excl. VAT 1,299.90 · VAT 272.98 · total 1,572.88")
    expect(invoice.get_by_role("row").filter(has_text="Hosting")).to_contain_text("24.95")
    expect(invoice.get_by_role("row").filter(has_text="New logo")).to_contain_text("1,250.00")
