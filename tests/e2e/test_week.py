"""The week with a browser: by keyboard alone, pasted, with a note, and in two tabs at once."""

import datetime

import pytest
from playwright.sync_api import expect

from projects.models import ProjectTask
from registrations.models import Status, TimeEntry
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
A_WEEK = datetime.timedelta(days=7)


@pytest.fixture
def monday(studio):
    """The Monday of last week, so that no day is in the future."""
    return studio.today - datetime.timedelta(days=studio.today.weekday()) - A_WEEK


@pytest.fixture
def works(studio, monday):
    """Three tasks on projects, each with hours in the week before last week."""
    found = []
    for number, name in enumerate(("Alpha", "Beta", "Gamma")):
        project = studio.project(studio.customer(f"Customer {name}", f"K{number}"), name)
        task = factories.create_task(organisation=studio.organisation, name=f"Work {name}")
        found.append(ProjectTask.objects.create(project=project, task=task))
        row = studio.hours(project, task, minutes=60, rate="95", amount="95")
        TimeEntry.objects.filter(pk=row.pk).update(date=monday - A_WEEK)
    return found


def week(visitor, monday, *works):
    rows = "".join(f"&row={work.pk}" for work in works)
    visitor.page.goto(f"{visitor.site}/register/hours/week/?date={monday}{rows}")
    visitor.page.wait_for_load_state()


def cell(page, work, day):
    return page.locator(f"[name='c-{work.project_id}-{work.task_id}-{day}']")


def test_a_week_of_five_days_and_three_projects_takes_at_most_35_actions(
    visitor, studio, works, monday
):
    page = visitor.page
    visitor.log_in(studio)
    actions = 0
    for name in ("Register", "Week", "Previous week"):
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
        actions += 1
    page.get_by_role("button", name="Rows", exact=True).click()
    page.wait_for_load_state()
    actions += 1
    expect(cell(page, works[0], monday)).to_be_focused()

    for number in range(15):
        page.keyboard.type(f"{1 + number % 3},5")
        page.keyboard.press("Enter")
        actions += 2

    expect(page.locator("[data-week-status]")).to_contain_text("Saved")
    expect(page.locator("tfoot [data-week-total]")).to_have_text("37:30")
    assert actions <= 35
    assert list(barriers(page)) == []
    mine = TimeEntry.objects.filter(date__gte=monday)
    assert sorted(mine.values_list("minutes", flat=True)) == [90] * 5 + [150] * 5 + [210] * 5


def test_a_week_like_the_last_one_takes_three_actions_and_one_to_submit(visitor, studio, works):
    this = studio.today - datetime.timedelta(days=studio.today.weekday())
    TimeEntry.objects.update(date=this - A_WEEK)
    page = visitor.page
    visitor.log_in(studio)
    actions = 0
    for name in ("Register", "Week"):
        page.get_by_role("link", name=name, exact=True).first.click()
        page.wait_for_load_state()
        actions += 1
    page.get_by_role("button", name="Rows with hours, 3:00").click()
    actions += 1
    expect(visitor.toasts).to_contain_text("3 registrations added, 3:00.")
    assert actions <= 3

    page.get_by_role("button", name="Submit week").click()
    page.get_by_role("radio", name="The whole week, 3:00").check()
    page.get_by_role("button", name="Submit", exact=False).last.click()
    expect(visitor.toasts).to_contain_text("3 registrations submitted, 3:00.")
    assert TimeEntry.objects.filter(date=this, status=Status.SUBMITTED).count() == 3


def test_keys_move_and_a_pasted_block_a_note_and_a_mistake_are_saved_or_said(
    visitor, studio, works, monday
):
    page = visitor.page
    visitor.log_in(studio)
    week(visitor, monday, *works)
    first = cell(page, works[0], monday)
    first.focus()
    for key, place in (
        ("ArrowDown", (1, 0)),
        ("ArrowRight", (1, 1)),
        ("Home", (1, 0)),
        ("Control+End", (2, 6)),
        ("Control+Home", (0, 0)),
    ):
        page.keyboard.press(key)
        day = monday + datetime.timedelta(days=place[1])
        expect(cell(page, works[place[0]], day)).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("Escape")
    expect(first).to_have_value("")

    first.evaluate(
        """(box) => {
            const data = new DataTransfer();
            data.setData("text", "1,5\\t2:00\\r\\n0:45\\t7.30\\r\\n");
            box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }"""
    )
    expect(page.get_by_text("“7.30” can mean 7:30 or 7:18")).to_be_visible()
    wrong = cell(page, works[1], monday + datetime.timedelta(days=1))
    expect(wrong).to_have_value("7.30")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(page.locator("tfoot [data-week-total]")).to_have_text("4:15")
    assert list(barriers(page)) == []
    wrong.fill("0:30")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Call with the printer")
    page.keyboard.press("Control+Enter")
    expect(page.locator("tfoot [data-week-total]")).to_have_text("4:45")
    expect(page.get_by_text("can mean")).to_be_hidden()
    # The corner is marked once the note is saved.
    expect(page.locator(".cell-note.has-note")).to_have_attribute("title", "Call with the printer")
    assert (
        TimeEntry.objects.get(date__gte=monday, minutes=30).description == "Call with the printer"
    )


def test_a_cell_changed_in_another_tab_is_said_and_not_overwritten(visitor, studio, works, monday):
    page = visitor.page
    visitor.log_in(studio)
    week(visitor, monday, works[0])
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_load_state()
    for tab, text in ((other, "2"), (page, "1")):
        cell(tab, works[0], monday).fill(text)
        tab.keyboard.press("Tab")
        if tab is other:
            expect(tab.locator("[data-week-status]")).to_contain_text("Saved")

    expect(page.get_by_text("Changed elsewhere in the meantime: it is now 2:00.")).to_be_visible()
    assert TimeEntry.objects.get(date=monday).minutes == 120
    page.get_by_role("button", name="Replace it").click()
    expect(page.locator("[data-week-status]")).to_contain_text("Saved")
    assert TimeEntry.objects.get(date=monday).minutes == 60
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
