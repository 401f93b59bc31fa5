"""The month by keyboard, favourites in the picker, Home, and the form as a sheet on a phone."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Role
from projects.models import ProjectTask
from registrations.models import FavouriteWork, Timer
from tests import factories

from .visitor import Studio

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(studio):
    person = factories.create_membership(
        organisation=studio.organisation, role=Role.EMPLOYEE, user=factories.create_user()
    )
    factories.create_contract(membership=person)
    project = factories.create_project(organisation=studio.organisation, name="Website 2026")
    for name in ("Development", "Advice"):
        task = factories.create_task(organisation=studio.organisation, name=name)
        ProjectTask.objects.create(project=project, task=task)
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    task = project.project_tasks.get(task__name="Development").task
    factories.create_time_entry(
        project=project, task=task, membership=person, date=yesterday, description="Tests"
    )
    return Studio(studio.organisation, person)


def test_arrows_move_over_the_month_and_enter_opens_the_day(visitor, person):
    page = visitor.page
    visitor.log_in(person)
    page.goto(f"{visitor.site}/register/hours/month/?date=2026-03-10")

    page.locator("[data-day='2026-03-01']").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-day='2026-03-08']")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")

    page.wait_for_url("**/register/hours/?date=2026-03-07")


def test_ctrl_d_makes_a_favourite_which_then_comes_first(visitor, person):
    page = visitor.page
    visitor.log_in(person)
    page.goto(f"{visitor.site}/register/hours/")
    work = page.get_by_role("combobox", name="What did you work on?")

    work.fill("advice")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Control+d")

    expect(page.get_by_role("group", name="Favourites")).to_be_visible()
    assert FavouriteWork.objects.get(membership=person.administrator).work.task.name == "Advice"


def test_work_is_started_again_in_one_press_and_shift_opens_the_form(visitor, person):
    page = visitor.page
    visitor.log_in(person)
    page.goto(visitor.site)

    page.get_by_role("button", name="Website 2026 · Development").click(modifiers=["Shift"])
    page.wait_for_url("**/register/hours/?like=*")
    expect(page.get_by_role("textbox", name="Description")).to_have_value("Tests")

    page.goto(visitor.site)
    page.get_by_role("button", name="Website 2026 · Development").click()
    expect(page.get_by_role("button", name="Stop and save")).to_be_visible()
    assert Timer.objects.get(membership=person.administrator).description == "Tests"


def test_on_a_phone_the_form_is_a_sheet_which_escape_closes(visitor, person):
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.log_in(person)
    page.goto(f"{visitor.site}/register/hours/")
    opener = page.locator("[data-sheet-open]")

    opener.click()
    sheet = page.get_by_role("dialog", name="Add hours")
    expect(sheet).to_be_visible()
    work = page.get_by_role("combobox", name="What did you work on?")
    expect(work).to_be_focused()
    work.fill("advice")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()

    opener.click()
    page.get_by_role("textbox", name="Duration").fill("1:30")
    page.get_by_role("textbox", name="Duration").press("Control+Enter")
    expect(page.get_by_role("table", name="Hours of")).to_contain_text("1:30")
    expect(sheet).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
