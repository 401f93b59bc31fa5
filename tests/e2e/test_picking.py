"""Picking a customer, a project and a task: by keyboard, on a phone, and where no script runs."""

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import TimeEntry, Trip
from tests import factories

from .tour import barriers
from .visitor import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def work(studio):
    """Two customers with a project each, of which the tasks differ."""
    design = factories.create_task(organisation=studio.organisation, name="Design")
    building = factories.create_task(organisation=studio.organisation, name="Building")
    website = studio.project(studio.customer("Café Van Dam", "K00117"), "Website")
    webshop = studio.project(studio.customer("De Groene Tuin", "K00118"), "Webshop")
    ProjectTask.objects.create(project=website, task=design)
    ProjectTask.objects.create(project=webshop, task=building)
    return {"website": website, "webshop": webshop}


WORK = r"What did you work on\?"


def box(visitor, label):
    return visitor.picker(label)


def option(visitor, name):
    return visitor.page.get_by_role("option").filter(has_text=name)


def test_hours_are_registered_with_the_keyboard_alone(visitor, studio, work):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Hours")

    box(visitor, WORK).focus()
    expect(option(visitor, "Café Van Dam")).to_be_visible()
    page.keyboard.type("dam web")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(box(visitor, WORK)).to_have_attribute("aria-expanded", "true")
    assert list(barriers(page)) == []
    # On a phone the form is a sheet, which is closed: the box has lost the focus.
    box(visitor, WORK).fill("web dam")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Tab")

    expect(box(visitor, WORK)).to_have_value("Website · Design")
    description = page.get_by_label("Description")
    expect(description).to_be_focused()
    for _field in range(4):
        page.keyboard.press("Tab")
    page.keyboard.type("1:30")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The registration has been added")).to_be_visible()
    entry = TimeEntry.objects.get()
    assert (entry.project, entry.task.name) == (work["website"], "Design")
    # The next entry begins: the choice stays, and the focus is in the empty description.
    expect(box(visitor, WORK)).to_have_value("Website · Design")
    expect(description).to_be_focused()
    expect(description).to_have_value("")
    page.keyboard.type("Reading")
    for _field in range(4):
        page.keyboard.press("Tab")
    page.keyboard.type("0:15")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1:45 registered").first).to_be_visible()


def test_arrows_home_and_end_move_and_escape_keeps_the_old_choice(visitor, studio, work):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Trips")
    visitor.pick("Project", "Website")
    project = box(visitor, "Project")

    project.fill("web")
    expect(page.locator("[role=option] mark")).to_have_count(2)
    names = page.get_by_role("option").all_inner_texts()
    for key, place in (("End", 1), ("Home", 0), ("ArrowUp", 1), ("ArrowDown", 0)):
        page.keyboard.press(key)
        chosen = page.locator("[role=option][aria-selected=true]")
        expect(chosen).to_have_count(1)
        assert chosen.inner_text() == names[place]
    page.keyboard.press("Escape")

    expect(project).to_have_value("Website")
    expect(project).to_have_attribute("aria-expanded", "false")
    expect(page.locator("input[name=project]")).to_have_value(str(work["website"].pk))


def test_another_customer_empties_a_project_that_it_does_not_have(visitor, studio, work):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Trips")
    visitor.pick("Project", "Website")

    visitor.pick("Project", "Webshop")

    expect(box(visitor, "Customer")).to_have_value("De Groene Tuin")
    visitor.pick("Customer", "Café Van Dam")
    expect(box(visitor, "Project")).to_have_value("")
    expect(page.locator("input[name=project]")).to_have_value("")


def test_a_text_without_a_row_stays_and_is_refused_at_the_field(visitor, studio, work):
    page = visitor.page
    visitor.log_in(studio)
    visitor.go("Register", "Trips")
    visitor.pick("Project", "Website")

    box(visitor, "Project").fill("xyz")
    expect(page.get_by_text("No project with “xyz”").first).to_be_visible()
    page.keyboard.press("Tab")

    error = page.locator(".field-error").filter(has_text="No project with “xyz”")
    expect(error).to_be_visible()
    expect(box(visitor, "Project")).to_have_value("xyz")
    expect(box(visitor, "Project")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    assert list(barriers(page)) == []
    page.get_by_role("button", name="Add trip").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(box(visitor, "Project")).to_have_value("xyz")
    assert not Trip.objects.exists()


def test_a_filter_fetches_its_rows_and_keeps_what_is_chosen(visitor, studio, work):
    page = visitor.page
    for project in work.values():
        task = project.project_tasks.get().task
        studio.hours(project, task, minutes=60, rate="95", amount="95")
    visitor.log_in(studio)
    visitor.go("Overview", "Hours")

    page.get_by_role("button", name="Customer", exact=True).click()
    page.get_by_label("Search in Customer").fill("cafe")
    found = page.locator(".chip-picker.show [data-chip-options] input")
    expect(found).to_have_count(1)
    expect(found).to_have_attribute("data-label", "Café Van Dam")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")

    expect(page.get_by_role("button", name="Customer: Café Van Dam", exact=True)).to_be_visible()
    rows = page.locator("#results tbody tr")
    expect(rows).to_have_count(1)
    page.get_by_label("Search in Customer").fill("tuin")
    page.get_by_label("De Groene Tuin").check()
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Café Van Dam")).to_be_checked()
    assert list(barriers(page)) == []
    page.reload()
    expect(page.get_by_role("button", name="Customer: Café Van Dam + 1")).to_be_visible()


def test_a_picked_task_gets_a_row_on_the_form_of_a_project(visitor, studio, work):
    page = visitor.page
    factories.create_task(organisation=studio.organisation, name="Advice", is_common=False)
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/projects/{work['website'].pk}/edit/")
    page.wait_for_load_state()

    visitor.pick("Add a task", "Advice")

    expect(page.get_by_label("Advice", exact=True)).to_be_checked()
    expect(page.get_by_label("Hourly rate of Advice")).to_be_visible()
    expect(box(visitor, "Add a task")).to_have_value("")
    visitor.pick("Add a task", "Advice")
    expect(page.get_by_label("Advice", exact=True)).to_have_count(1)
    page.get_by_label("Hourly rate of Advice").fill("125")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("has been saved")).to_be_visible()
    row = work["website"].project_tasks.get(task__name="Advice")
    assert row.hourly_rate == 125


def test_on_a_phone_the_list_fits_the_screen(visitor, studio, work):
    page = visitor.page
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/register/hours/")
    page.wait_for_load_state()
    # On a phone the form is a sheet from below.
    page.locator("[data-sheet-open]").click()

    expect(box(visitor, WORK)).to_be_focused()
    expect(page.get_by_role("option")).to_have_count(2)
    menu = page.locator("[data-picker-menu]:popover-open").bounding_box()
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= 390
    assert page.get_by_role("option").first.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("option").first.tap() if page.evaluate("'ontouchstart' in window") else (
        page.get_by_role("option").first.click()
    )
    expect(box(visitor, WORK)).not_to_have_value("")


def test_without_script_a_project_is_chosen_from_a_list_and_nothing_typed_is_lost(
    browser, studio, work, live_server
):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    visitor = Visitor(context.new_page(), live_server.url)
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{live_server.url}/register/hours/")
    page.get_by_label("Description").fill("Typed before")
    page.get_by_label("Duration").fill("1:30")

    page.locator("button[name=choose][value=work]").click()
    page.get_by_label("What did you work on?").first.fill("dam")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_label("Website · Design").check()
    expect(page.get_by_label("Description")).to_have_value("Typed before")
    page.get_by_role("button", name="Add hours").click()

    expect(page.get_by_text("The registration has been added")).to_be_visible()
    entry = TimeEntry.objects.get()
    assert (entry.project, entry.minutes) == (work["website"], 90)
    assert entry.description == "Typed before"
    context.close()
