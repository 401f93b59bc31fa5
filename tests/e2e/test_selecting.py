"""What is selected ends with the action, is counted after a filter, and can be put back."""

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import Status, TimeEntry
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(studio):
    """Two submitted hours of today on two projects."""
    bakery = studio.customer("Bakkerij Van Dam", "K00117")
    task = factories.create_task(organisation=studio.organisation, name="Design")
    for name in ("Website", "Webshop"):
        project = studio.project(bakery, name)
        ProjectTask.objects.create(project=project, task=task)
        studio.hours(project, task, minutes=60, rate="95.00", amount="95.00")
    TimeEntry.objects.update(status=Status.SUBMITTED)
    return studio


def statuses():
    return sorted(TimeEntry.objects.values_list("status", flat=True))


def test_after_a_filter_the_bar_says_how_many_are_shown_here(visitor, work):
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    visitor.tick("Website")
    visitor.tick("Webshop")
    expect(visitor.selection).not_to_contain_text("shown here")

    search = visitor.page.get_by_role("searchbox").first
    search.fill("Webshop")
    expect(visitor.selection).to_contain_text("2 time registrations, 1 of them shown here")
    search.fill("no such text")
    expect(visitor.selection).to_contain_text("2 time registrations, 0 of them shown here")
    assert list(barriers(visitor.page)) == []


def test_clear_filters_is_there_while_there_is_a_filter(visitor, work):
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    clear = visitor.page.get_by_role("main").get_by_role("link", name="Clear filters").first

    expect(clear).to_be_hidden()
    visitor.page.get_by_role("searchbox").first.fill("Webshop")
    expect(clear).to_be_visible()
    clear.click()
    expect(clear).to_be_hidden()


def test_an_action_ends_the_selection_and_ctrl_z_puts_its_rows_back(visitor, work):
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    visitor.tick("Website")
    visitor.tick("Webshop")

    visitor.choose_action("Approve")
    expect(visitor.toasts).to_contain_text("2 registrations approved.")
    expect(visitor.selection).to_be_hidden()
    assert statuses() == [Status.APPROVED, Status.APPROVED]
    assert list(barriers(page)) == []

    page.keyboard.press("Control+z")
    expect(visitor.toasts).to_contain_text("2 registrations put back.")
    assert statuses() == [Status.SUBMITTED, Status.SUBMITTED]


def test_a_deleted_registration_is_put_back_by_its_toast(visitor, work):
    page = visitor.page
    TimeEntry.objects.update(status=Status.OPEN)
    visitor.log_in(work)
    visitor.go("Register", "Hours")
    row = page.get_by_role("row").filter(has_text="Webshop")

    row.get_by_role("button", name="Delete").click()
    expect(visitor.toasts).to_contain_text("1:00 · Webshop · Design")
    expect(row).to_have_count(0)
    visitor.toasts.get_by_role("button", name="Undo").click()

    expect(visitor.toasts).to_contain_text("1 registration put back.")
    visitor.go("Register", "Hours")
    expect(row).to_have_count(1)


def test_start_end_and_pause_show_the_duration_before_it_is_saved(visitor, work):
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Register", "Hours")

    page.get_by_label("Start", exact=True).fill("9:00")
    page.get_by_label("End").fill("11:30")
    page.get_by_label("Pause").fill("0:15")

    expect(page.get_by_label("Duration")).to_have_attribute("placeholder", "2:15")


def test_all_rows_of_a_filter_but_one_survive_pages_and_filters(visitor, work):
    row = TimeEntry.objects.first()
    for _n in range(30):
        row.pk = None
        row.save()
    page = visitor.page
    visitor.log_in(work)
    visitor.go("Overview", "Hours")
    page.goto(page.url + "?size=25")
    offer = visitor.selection.get_by_role("button", name="Select all 32")
    page.get_by_role("row").nth(1).get_by_role("checkbox").check()
    expect(offer).to_be_hidden()
    page.get_by_role("checkbox", name="Select everything on this page").check()
    expect(visitor.selection).to_contain_text("25 time registrations")

    offer.click()
    expect(offer).to_be_hidden()
    expect(visitor.selection).to_contain_text("32 time registrations, 25 of them shown here")
    expect(visitor.selection).to_contain_text("3,040.00")
    page.get_by_role("row").nth(3).get_by_role("checkbox").uncheck()
    expect(visitor.selection).to_contain_text("31 time registrations, 24 of them shown here")
    expect(visitor.selection).to_contain_text("2,945.00")
    page.get_by_role("link", name="Next page").click()
    expect(visitor.selection).to_contain_text("31 time registrations, 7 of them shown here")

    page.get_by_role("searchbox").first.fill("Webs")
    expect(visitor.selection).to_contain_text("31 time registrations, 24 of them shown here")
    page.get_by_role("searchbox").first.fill("")
    visitor.choose_action("Approve")
    expect(visitor.toasts).to_contain_text("31 registrations approved.")
    expect(visitor.selection).to_be_hidden()
    assert statuses() == [Status.APPROVED] * 31 + [Status.SUBMITTED]
    assert list(barriers(page)) == []
