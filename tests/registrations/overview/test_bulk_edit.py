"""Overview → Actions → Change: several rows at once, each by the rules of its own form."""

import re

import pytest
from django.urls import reverse

from registrations.models import Expense, Status, TimeEntry
from registrations.overview.bulk_edit import MOST
from tests import factories
from tests.responses import text

from ..rows import row_of

pytestmark = pytest.mark.django_db
EDIT = reverse("registrations:overview-edit")
LIST = reverse("registrations:overview-hours")


@pytest.fixture
def elsewhere(office):
    """A task of another project at 120.00 an hour."""
    other = factories.create_project(organisation=office.organisation, name="Webshop")
    task = factories.create_task(organisation=office.organisation, name="Design", hourly_rate=120)
    return other.project_tasks.create(task=task)


def send(client, rows, **fields: object):
    about = {"time_entry": [row.pk for row in rows], "next": LIST}
    return client.post(EDIT, {**about, **fields}, follow=True)


def test_hours_move_to_other_work_at_its_price(manager, office, elsewhere):
    rows = [row_of(office, minutes=90), row_of(office, membership=office.colleague)]

    page = send(manager, rows, work=elsewhere.pk)

    assert "2 registrations changed." in text(page)
    found = TimeEntry.objects.order_by("pk").values_list("project", "task", "amount")
    assert list(found) == [
        (elsewhere.project_id, elsewhere.task_id, 180),
        (elsewhere.project_id, elsewhere.task_id, 120),
    ]


def test_what_is_left_empty_stays_and_a_rejected_row_is_open_again(manager, office):
    row = row_of(office, status=Status.REJECTED, status_note="Why?", description="Before")

    send(manager, [row], work="", description="", billable="no")

    row.refresh_from_db()
    assert (row.description, row.status, row.is_billable, row.amount) == (
        "Before",
        Status.OPEN,
        False,
        0,
    )


def test_expenses_and_trips_take_a_project_and_hours_do_not(manager, office, elsewhere):
    hour = row_of(office)
    expense = factories.create_expense(
        project=office.project, membership=office.employee, category=office.category
    )

    send(manager, [hour], expense=expense.pk, project=elsewhere.project_id)

    hour.refresh_from_db()
    assert hour.project == office.project
    assert Expense.objects.get().project == elsewhere.project


def test_the_dialog_says_why_rows_will_stay(manager, office):
    locked, submitted = (
        row_of(office, status=Status.WRITTEN_OFF),
        row_of(office, status="submitted"),
    )

    page = text(send(manager, [locked, submitted]))

    assert "None of the selected registrations can be changed this way." in page
    assert "1 stayed: Submitted. Set it to open first, under Overview." in page
    assert page.count("1 stayed: ") == 2


def test_locked_rows_stay_and_the_page_says_why(manager, office):
    rows = [
        row_of(office),
        row_of(office, status=Status.APPROVED),
        row_of(office, status=Status.WRITTEN_OFF),
    ]

    page = text(send(manager, rows, description="New"))

    assert "1 registration changed." in page
    assert "1 stayed: Approved. Set it to open first, under Overview." in page
    assert "1 stayed: Written off." in page
    assert list(TimeEntry.objects.order_by("pk").values_list("description", flat=True)) == [
        "New",
        "",
        "",
    ]


def test_who_is_not_on_the_team_keeps_their_hours(manager, office, elsewhere):
    elsewhere.project.is_for_team_only = True
    elsewhere.project.save()
    elsewhere.project.project_members.create(membership=office.employee)
    rows = [row_of(office), row_of(office, membership=office.colleague)]

    page = text(send(manager, rows, work=elsewhere.pk))

    assert "1 registration changed." in page
    assert "1 stayed: Daan de Vries cannot register on Webshop." in page


def test_an_employee_changes_only_their_own(employee, office):
    rows = [row_of(office), row_of(office, membership=office.colleague)]

    send(employee, rows, description="Mine")

    assert [TimeEntry.objects.get(pk=row.pk).description for row in rows] == ["Mine", ""]


def test_a_form_without_a_change_and_too_many_rows_are_refused(manager, office):
    row = row_of(office)

    empty = manager.post(EDIT, {"time_entry": row.pk, "description": " ", "next": LIST})

    assert empty.status_code == 422
    assert "Fill in what has to change." in text(empty)
    rows = [row_of(office, minutes=1) for _n in range(MOST + 1)]
    much = manager.post(EDIT, {"time_entry": [one.pk for one in rows], "description": "New"})
    assert much.status_code == 422
    assert f"Select at most {MOST} registrations" in text(much)
    assert not TimeEntry.objects.filter(description="New").exists()


def test_the_dialog_says_how_many_rows_change(manager, office):
    rows = [row_of(office), row_of(office, status=Status.SUBMITTED)]

    page = text(manager.post(EDIT, {"time_entry": [one.pk for one in rows]}))

    assert "1 registration that is open or rejected is changed" in page
    assert page.count('name="time_entry"') == 2


def test_undo_puts_back_what_nobody_changed_since(manager, office, elsewhere):
    rows = [
        row_of(office, description="First"),
        row_of(office, description="Second"),
        row_of(office, status=Status.REJECTED, status_note="Why?", status_by=office.manager),
    ]
    before = list(TimeEntry.objects.order_by("pk").values())
    page = send(manager, rows, work=elsewhere.pk, description="New", billable="no")
    TimeEntry.objects.filter(pk=rows[1].pk).update(description="Newer")

    page = undo(manager, page)

    assert "2 registrations put back." in text(page)
    first, second, third = TimeEntry.objects.order_by("pk").values()
    assert first == before[0] | {"status_by_id": None, "billable_choice": None}
    assert (second["description"], second["project_id"]) == ("Newer", elsewhere.project_id)
    assert third == before[2]


def undo(client, page):
    """Press Undo in the toast of a page."""
    token = re.search(r'name="undo" value="([^"]+)"', page.content.decode())
    assert token
    return client.post(reverse("registrations:undo"), {"undo": token[1], "next": LIST}, follow=True)
