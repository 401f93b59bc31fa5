"""Registering with a browser: what is typed is answered at its field before it is saved."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import Expense, TimeEntry
from tests import factories

from .tour import barriers
from .visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


WORK = r"What did you work on\?"


@pytest.fixture
def project(studio):
    """A project with a task, and a category whose expenses are small."""
    project = studio.project(studio.customer("Bakkerij Van Dam", "K00117"), "Website")
    task = factories.create_task(organisation=studio.organisation, name="Design")
    ProjectTask.objects.create(project=project, task=task)
    studio.project(project.customer, "Bare")
    category = factories.create_expense_category(organisation=studio.organisation, name="Travel")
    for price in (40, 50, 60):
        factories.create_expense(
            project=project,
            category=category,
            membership=studio.administrator,
            price=Decimal(price),
        )
    return project


def test_times_are_understood_while_typing_and_a_question_is_confirmed(visitor, studio, project):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Hours")
    expect(page.get_by_text("Not offered, because they have no task:")).to_be_visible()
    visitor.pick(WORK, "Website · Design")

    page.get_by_label("Start", exact=True).fill("9,15")
    expect(page.get_by_text("“9,15” can mean 9:15 or 9:09")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_label("Start", exact=True).fill("9.15")
    page.get_by_label("End").fill("17.30")
    page.get_by_label("Pause").fill("30")
    expect(page.get_by_text("9:15–17:30 − 0:30 = 7:45")).to_be_visible()
    expect(page.get_by_text("can mean")).to_be_hidden()
    expect(page.get_by_label("Start", exact=True)).not_to_have_class("is-invalid")

    page.get_by_label("End").fill("8.00")
    expect(page.get_by_text("9:15–8:00 ends the next day and is 22:45")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_label("Yes, that is right").check()
    expect(page.get_by_text("9:15–8:00 − 0:30 = 22:15")).to_be_visible()
    page.get_by_role("button", name="Add hours").click()
    expect(page.get_by_text("The registration has been added")).to_be_visible()
    assert TimeEntry.objects.get().minutes == 22 * 60 + 15


def test_what_is_wrong_with_the_day_marks_no_other_field(visitor, studio, project):
    project.ends_on = timezone.localdate() - datetime.timedelta(days=1)
    project.save()
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Hours")
    visitor.pick(WORK, "Website · Design")

    page.get_by_label("Duration").fill("1:30")

    expect(page.get_by_text("This project ended on")).to_be_visible()
    assert page.locator(".is-invalid, [aria-invalid]").count() == 0


def test_a_kept_receipt_and_a_sum_are_shown_at_the_expense(visitor, studio, project, tmp_path):
    page = visitor.page
    receipt = tmp_path / "bon.pdf"
    receipt.write_bytes(b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF")
    visitor.log_in(studio)
    visitor.go("Register", "Expenses")
    visitor.pick("Project", "Website")
    page.get_by_label("Category").select_option("Travel")
    page.get_by_label("Quantity").fill("80")
    page.get_by_label("Price", exact=True).fill("1.125,00")
    expect(page.get_by_text("€ 90,000.00 is more than ten times")).to_be_visible()
    page.locator("[name=receipt]").set_input_files(receipt)

    page.get_by_role("button", name="Add expense").click()
    expect(page.get_by_text("bon.pdf is kept")).to_be_visible()
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("bon.pdf is kept")).to_be_hidden()
    page.locator("[name=receipt]").set_input_files(receipt)
    page.get_by_label("Price", exact=True).fill("12,50")
    page.get_by_label("Quantity").fill("2")
    expect(page.get_by_text("12.50 × 2 = € 25.00")).to_be_visible()
    page.get_by_role("button", name="Add expense").click()
    expect(page.get_by_text("The registration has been added")).to_be_visible()
    assert Expense.objects.latest("pk").receipt_name == "bon.pdf"


@pytest.mark.parametrize("leave", ["Tab", "Enter"])
def test_a_typed_day_is_shown_in_full_before_it_is_stored(visitor, studio, project, leave):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Expenses")
    visitor.pick("Project", "Website")
    page.get_by_label("Category").select_option("Travel")
    page.get_by_label("Price").first.fill("50")

    day = page.get_by_role("textbox", name="Date")
    day.fill("5/1/2026")
    expect(page.get_by_text("Mon 5 January 2026")).to_be_visible()
    assert list(barriers(page)) == []
    day.press(leave)
    if leave == "Tab":
        expect(day).to_have_value("05-01-2026")
        page.get_by_role("button", name="Add expense").click()
    expect(page.get_by_text("The registration has been added")).to_be_visible()
    assert Expense.objects.latest("pk").date == datetime.date(2026, 1, 5)


def test_a_day_is_chosen_in_the_calendar_by_keys_alone(visitor, studio, project):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Expenses")
    day = page.get_by_role("textbox", name="Date")
    day.fill("31-4-2026")
    day.press("Tab")
    expect(page.get_by_text("“31-4-2026” does not exist: April 2026 has 30 days.")).to_be_visible()

    day.fill("30-4-2026")
    day.press("Alt+ArrowDown")
    calendar = page.get_by_role("dialog", name="Choose a date")
    expect(calendar.get_by_role("button", name="Thursday 30 April 2026")).to_be_focused()
    assert list(barriers(page)) == []
    for key in ("ArrowRight", "ArrowDown", "PageDown", "Home"):
        page.keyboard.press(key)
    expect(calendar.get_by_role("button", name="Monday 8 June 2026")).to_be_focused()
    page.keyboard.press("Escape")
    expect(calendar).to_be_hidden()
    expect(day).to_have_value("30-04-2026")
    expect(day).to_be_focused()

    page.get_by_role("button", name="Pick a day").click()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(day).to_have_value("29-04-2026")
    expect(day).to_be_focused()


def test_a_lost_connection_loses_nothing_typed_and_adds_nothing_twice(
    browser, live_server, studio, project
):
    # Of its own, because the browser writes the lost connection to the console.
    context = browser.new_context(locale="en-GB")
    visitor = Visitor(context.new_page(), live_server.url)
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Hours")
    visitor.pick(WORK, "Website · Design")
    page.get_by_label("Description").fill("Sketches")
    page.get_by_label("Duration").fill("1:30")
    # The answer is lost on the way back: the server saved it.
    lost = []

    def lose(route):
        lost.append(route.fetch())
        route.abort()

    page.route("**/register/hours/?date=*", lose)

    page.get_by_role("button", name="Add hours").click()
    note = page.get_by_text("What you typed is still here")
    expect(note).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Sketches")
    expect(page.get_by_label("Duration")).to_have_value("1:30")
    page.unroute_all()
    page.get_by_role("button", name="Add hours").click()

    expect(page.get_by_text("It is added once")).to_be_visible()
    expect(note).to_be_hidden()
    assert lost
    context.close()
    assert TimeEntry.objects.count() == 1


def test_an_entry_like_yesterdays_takes_two_actions(visitor, studio, project):
    task = project.project_tasks.get().task
    row = studio.hours(project, task, minutes=90, rate="95", amount="142.50")
    TimeEntry.objects.filter(pk=row.pk).update(date=studio.today - datetime.timedelta(days=1))
    page = visitor.page
    visitor.log_in(studio)
    actions = 0

    page.get_by_role("banner").get_by_role("link", name="Register", exact=True).click()
    actions += 1
    page.get_by_role("button", name="Add 1:30").click()
    actions += 1

    expect(page.get_by_text("1:30 registered").first).to_be_visible()
    assert actions <= 2
    assert list(barriers(page)) == []
    assert TimeEntry.objects.filter(date=studio.today, minutes=90).count() == 1
