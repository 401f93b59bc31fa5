"""A manager approves a team's week with a browser: counted, by keys, and on a phone."""

import datetime

import pytest
from playwright.sync_api import expect

from registrations.models import Status, TimeEntry
from tests import factories

from .tour import barriers

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def monday(studio):
    return studio.today - datetime.timedelta(days=studio.today.weekday() + 7)


@pytest.fixture
def team(studio, monday):
    """Ten people who submitted eight hours on each day of last week."""
    project = studio.project(studio.customer("Bakkerij Van Dam", "K1"), "Website 2026")
    task = factories.create_task(organisation=studio.organisation, name="Development")
    people = []
    for number in range(10):
        user = factories.create_user(first_name=f"Person {number}", last_name="")
        person = factories.create_membership(organisation=studio.organisation, user=user)
        people.append(person)
        for day in range(5):
            factories.create_time_entry(
                project=project,
                task=task,
                membership=person,
                date=monday + datetime.timedelta(days=day),
                minutes=480,
                status=Status.SUBMITTED,
            )
    return people


def test_a_team_of_ten_is_approved_for_a_week_with_three_actions(visitor, studio, team):
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/overview/hours/")
    actions = 0

    page.get_by_role("link", name="Approvals").click()
    page.wait_for_load_state()
    actions += 1
    assert list(barriers(page)) == []
    page.get_by_label("Select everybody who submitted").check()
    actions += 1
    expect(page.get_by_role("status").filter(has_text="10 people")).to_contain_text("400:00")
    page.get_by_role("button", name="Approve 400:00").click()
    actions += 1

    expect(visitor.toasts).to_contain_text("50 registrations approved, 400:00.")
    assert TimeEntry.objects.filter(status=Status.APPROVED).count() == 50
    assert actions <= 3


def test_keys_move_unfold_reject_with_a_message_and_approve(visitor, studio, team):
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/overview/approvals/")
    page.wait_for_load_state()
    row = page.locator("tr.person").filter(has_text="Person 0")
    row.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Website 2026 · Development")).to_be_visible()
    assert list(barriers(page)) == []
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("Website 2026 · Development")).to_be_hidden()

    page.keyboard.press("r")
    note = visitor.dialog.get_by_label("Note for the employee")
    expect(note).to_be_focused()
    page.keyboard.type("Per chapter, please.")
    visitor.dialog.get_by_role("button", name="Reject 40:00").click()
    expect(visitor.toasts).to_contain_text("5 registrations rejected")
    page.locator("tr.person").filter(has_text="Person 1").focus()
    page.keyboard.press("a")
    expect(visitor.toasts).to_contain_text("5 registrations approved, 40:00.")

    found = {one.status_note for one in TimeEntry.objects.filter(membership=team[0])}
    assert found == {"Per chapter, please."}
    assert TimeEntry.objects.filter(membership=team[1], status=Status.APPROVED).count() == 5


@pytest.mark.parametrize("language", ["en", "nl"])
def test_on_a_phone_a_person_is_a_card_and_nothing_scrolls_sideways(
    visitor, studio, team, language
):
    page = visitor.page
    studio.administrator.user.language = language
    studio.administrator.user.save()
    visitor.log_in(studio)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{visitor.site}/overview/approvals/")
    page.wait_for_load_state()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = page.locator("tr.person input[type=checkbox]")
    boxes.first.check()
    label = "Approve 40:00" if language == "en" else "Goedkeuren 40:00"
    button = page.get_by_role("button", name=label)
    expect(button).to_be_in_viewport()
    assert list(barriers(page)) == []
    button.click()

    expect(visitor.toasts).to_contain_text("40:00")
    assert TimeEntry.objects.filter(status=Status.APPROVED).count() == 5


def test_a_row_is_rejected_below_itself_and_escape_goes_back(visitor, studio, team):
    page = visitor.page
    visitor.log_in(studio)
    page.goto(f"{visitor.site}/overview/approvals/")
    page.wait_for_load_state()
    page.locator("tr.person").filter(has_text="Person 0").get_by_role("link").click()
    reject = page.get_by_role("button", name="Reject Website 2026 · Development of Person 0")
    reject.click()
    note = page.get_by_label("Note for the employee")
    expect(note).to_be_focused()
    assert list(barriers(page)) == []
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    expect(reject).to_be_focused()

    page.keyboard.press("Enter")
    expect(note).to_be_focused()
    page.keyboard.type("Per chapter, please.")
    page.keyboard.press("Enter")

    expect(visitor.toasts).to_contain_text("5 registrations rejected.")
    found = TimeEntry.objects.filter(status=Status.REJECTED, membership=team[0])
    assert set(found.values_list("status_note", flat=True)) == {"Per chapter, please."}
