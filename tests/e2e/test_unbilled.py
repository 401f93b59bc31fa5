"""Finance → Unbilled: agreed amounts, which nobody registers, go to the books as well."""

import datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Route, expect

from lib.days import ONE_DAY
from projects.models import Method, Subscription
from projects.scheduled_amounts import plan_scheduled_amounts
from registrations.models import TimeEntry
from tests import factories

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
        plan_scheduled_amounts(project, today=connected.today)
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


def test_what_is_ticked_is_billed_as_it_was_shown_and_forgotten_under_other_days(visitor, studio):
    page = visitor.page
    website = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation)
    studio.hours(website, task, minutes=60, rate="95.00", amount="95.00")
    early = studio.hours(website, task, minutes=120, rate="95.00", amount="190.00")
    TimeEntry.objects.filter(pk=early.pk).update(date=studio.today.replace(day=1) - ONE_DAY)
    visitor.log_in(studio)

    visitor.go("Finance", "Unbilled")
    visitor.tick("Website")
    expect(visitor.selection).to_contain_text("€ 285.00")
    visitor.press("Until today")
    page.get_by_label("Until the end of last month").check()

    expect(page.get_by_role("table", name="")).to_contain_text("190.00")
    expect(visitor.selection).to_be_hidden()
    page.keyboard.press("Escape")
    visitor.press("Actions")
    expect(page.get_by_role("button", name="Invoice…")).to_be_disabled()
    page.keyboard.press("Escape")
    visitor.tick("Website")
    expect(visitor.selection).to_contain_text("€ 190.00")
    visitor.choose_action("Invoice…")
    expect(visitor.dialog).to_contain_text("€ 229.90 incl. VAT")


def test_a_choice_is_kept_while_an_earlier_one_is_still_on_its_way(visitor, studio):
    page = visitor.page
    website = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation)
    for number in range(3):
        row = studio.hours(website, task, minutes=20, rate="95.00", amount="31.35")
        TimeEntry.objects.filter(pk=row.pk).update(description=f"Part {number}")
    visitor.log_in(studio)
    visitor.go("Finance", "Unbilled")
    visitor.tick("Website")
    visitor.choose_action("Invoice…")
    expect(visitor.dialog).to_contain_text("€ 114.95 incl. VAT")
    waiting: list[Route] = []
    page.route("**/finance/invoice/", lambda route: waiting.append(route), times=1)  # noqa: PLW0108

    with page.expect_request("**/finance/invoice/"):
        visitor.dialog.get_by_label("Week in the text").check()
    expect(visitor.dialog.get_by_role("button", name="Create 1 draft")).to_be_disabled()
    visitor.dialog.get_by_text("Detailed", exact=True).click()

    expect(visitor.dialog).to_contain_text("Part 2")
    expect(visitor.dialog.get_by_label("Week in the text")).to_be_checked()
    visitor.press("Create 1 draft, € 114.95")
    expect(page.get_by_role("main")).to_contain_text("Part 2")
