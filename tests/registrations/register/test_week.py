"""The week of Register → Hours: cells, totals, copying, submitting, and what cannot change."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import ProjectTask
from registrations.models import Status, TimeEntry
from registrations.periods import monday_of
from registrations.register.week_grid import Cell, grid_of
from tests import factories

from ..rows import row_of

pytestmark = pytest.mark.django_db


def last_monday() -> datetime.date:
    """The Monday of last week, which is over: no day of it is in the future."""
    return monday_of(timezone.localdate()) - datetime.timedelta(days=7)


def last_tuesday() -> datetime.date:
    return last_monday() + datetime.timedelta(days=1)


def address(name: str = "hours-week", **query) -> str:
    return reverse(f"registrations:{name}", query={"date": last_monday().isoformat(), **query})


def cell_of(member, work, day, *, by=None):
    grid = grid_of(member, last_monday(), today=last_monday(), by=by or member, added=[work.pk])
    row = next(one for one in grid.rows if one.key == f"{work.project_id}-{work.task_id}")
    return row.cells[(day - last_monday()).days]


def save(client, cell, text, *, note="", confirmed=(), seen=None):
    """Save a cell as the script does; return what it is told."""
    fields = {
        f"c-{cell.key}": text,
        f"n-{cell.key}": note,
        f"s-{cell.key}": cell.seen if seen is None else seen,
        "confirmed": list(confirmed),
    }
    answer = client.post(address(), fields, headers={"Accept": "application/json"})
    (told,) = answer.json()["cells"]
    return told


def test_a_typed_cell_becomes_an_entry_priced_as_on_the_form(office, employee):
    told = save(
        employee, cell_of(office.employee, office.work, last_tuesday()), "1,5", note="Sprint"
    )

    row = TimeEntry.objects.get()
    assert (told["text"], told["minutes"], told["sentence"]) == ("1:30", 90, "")
    assert (row.date, row.minutes, row.description, row.amount) == (
        last_tuesday(),
        90,
        "Sprint",
        142.5,
    )


def test_a_cell_is_changed_and_an_empty_one_is_deleted(office, employee):
    row = row_of(office, date=last_tuesday(), minutes=60, description="Kept")
    cell = cell_of(office.employee, office.work, last_tuesday())

    told = save(employee, cell, "2", note=cell.note)
    row.refresh_from_db()
    assert (row.minutes, row.description) == (120, "Kept")

    save(employee, cell, "", note="Kept", seen=told["seen"])
    assert not TimeEntry.objects.exists()


def test_what_cannot_be_read_stays_with_the_sentence_of_the_form(office, employee):
    told = save(employee, cell_of(office.employee, office.work, last_tuesday()), "7.30")

    assert "“7.30” can mean 7:30 or 7:18" in told["sentence"]
    assert not TimeEntry.objects.exists()


def test_a_day_in_the_future_is_asked_about_and_the_answer_saves_it(office, employee):
    day = timezone.localdate() + datetime.timedelta(days=1)
    monday = day - datetime.timedelta(days=day.weekday())
    grid = grid_of(
        office.employee, monday, today=monday, by=office.employee, added=[office.work.pk]
    )
    cell = grid.rows[0].cells[day.weekday()]

    told = save(employee, cell, "1")
    ((text, token),) = told["questions"]
    assert "is in the future" in text
    assert not TimeEntry.objects.exists()

    assert save(employee, cell, "1", confirmed=[token])["questions"] == []
    assert TimeEntry.objects.get().date == day


def test_a_cell_that_was_changed_elsewhere_is_not_overwritten(office, employee):
    cell = cell_of(office.employee, office.work, last_tuesday())
    save(employee, cell, "1")

    told = save(employee, cell, "2")

    assert told["is_stale"]
    assert "it is now 1:00" in told["sentence"]
    assert TimeEntry.objects.get().minutes == 60
    assert save(employee, cell, "2", seen=told["seen"])["text"] == "2:00"


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED, Status.INVOICED])
def test_a_decided_cell_is_read_only_and_says_why(office, employee, status):
    row = row_of(office, date=last_tuesday(), minutes=60, status=status)
    cell = cell_of(office.employee, office.work, last_tuesday())

    told = save(employee, cell, "2", note=cell.note)

    row.refresh_from_db()
    assert cell.locked
    assert told["sentence"] == cell.locked
    assert row.minutes == 60
    assert f'aria-label="1:00. {cell.locked}"' in employee.get(address()).content.decode()


def test_a_cell_on_an_invoice_and_one_of_a_closed_period_are_read_only(office, employee, manager):
    line = factories.create_invoice_line(project=office.project)
    row_of(office, date=last_tuesday(), status=Status.INVOICED, invoice_line=line)
    assert "draft invoice" in cell_of(office.employee, office.work, last_tuesday()).locked

    office.organisation.closed_until = last_monday()
    office.organisation.save()
    office.employee.organisation.refresh_from_db()
    cell = cell_of(office.employee, office.work, last_monday())
    assert "The books are closed until" in save(employee, cell, "1")["sentence"]
    assert not TimeEntry.objects.filter(date=last_monday()).exists()


@pytest.mark.parametrize("kind", ["several", "times"])
def test_several_entries_and_start_and_end_show_the_sum_and_open_the_day(office, employee, kind):
    if kind == "several":
        row_of(office, date=last_tuesday(), minutes=30)
        row_of(office, date=last_tuesday(), minutes=45)
    else:
        times = {"started_at": datetime.time(9), "ended_at": datetime.time(10, 15)}
        row_of(office, date=last_tuesday(), minutes=75, **times)

    cell = cell_of(office.employee, office.work, last_tuesday())

    assert (cell.text, bool(cell.locked)) == ("1:15", True)
    page = employee.get(address()).content.decode()
    assert f"{reverse('registrations:hours')}?date={last_tuesday().isoformat()}" in page


def test_without_script_the_whole_week_is_saved_and_errors_keep_what_was_typed(office, employee):
    row_of(office, date=last_monday(), minutes=60)
    cells = [
        cell_of(office.employee, office.work, last_monday() + datetime.timedelta(days=n))
        for n in range(3)
    ]
    typed = dict(zip([cell.key for cell in cells], ["1:00", "2", "8x7"], strict=True))
    fields = {f"c-{key}": text for key, text in typed.items()}
    fields |= {f"s-{cell.key}": cell.seen for cell in cells}
    fields |= {f"n-{cell.key}": cell.note for cell in cells}

    answer = employee.post(address(), fields)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="8x7"' in page
    assert "Type a duration such as" in page
    assert sorted(TimeEntry.objects.values_list("minutes", flat=True)) == [60, 120]
    good = {name: text for name, text in fields.items() if cells[2].key not in name}
    assert employee.post(address(), good).status_code in {302, 422}


def test_rows_and_days_are_added_up(office, employee):
    other = factories.create_task(organisation=office.organisation, name="Design")
    ProjectTask.objects.create(project=office.project, task=other)
    row_of(office, date=last_monday(), minutes=60)
    row_of(office, date=last_monday(), minutes=45, task=other)
    row_of(office, date=last_tuesday(), minutes=30)

    grid = grid_of(office.employee, last_monday(), today=last_monday(), by=office.employee)

    assert [row.minutes for row in grid.rows] == [45, 90]
    assert [minutes for _day, minutes in grid.totals][:3] == [105, 30, 0]
    assert grid.minutes == 135


def test_last_week_is_copied_with_or_without_hours_and_only_what_is_not_there(office, employee):
    before = datetime.timedelta(days=7)
    row_of(office, date=last_monday() - before, minutes=60, status=Status.INVOICED)
    row_of(office, date=last_tuesday() - before, minutes=90, description="Sprint")
    row_of(office, date=last_tuesday(), minutes=15)

    rows = employee.post(address("hours-week-copy"))
    assert f"row={office.work.pk}" in rows["Location"]
    assert TimeEntry.objects.filter(date__gte=last_monday()).count() == 1

    employee.post(address("hours-week-copy"), {"hours": "1"})
    found = TimeEntry.objects.filter(date__gte=last_monday()).order_by("date")
    assert list(found.values_list("date", "minutes", "status")) == [
        (last_monday(), 60, Status.OPEN),
        (last_tuesday(), 15, Status.OPEN),
    ]
    token = employee.session["undo"]["token"]
    employee.post(reverse("registrations:undo"), {"undo": token})
    assert TimeEntry.objects.filter(date__gte=last_monday()).count() == 1


def test_typing_begins_in_the_row_that_was_added_last(office, employee):
    tasks = [factories.create_task(organisation=office.organisation, name=n) for n in ("A", "Z")]
    works = [office.project.project_tasks.create(task=task).pk for task in tasks]

    for order, task in (works, tasks[1]), (works[::-1], tasks[0]):
        page = employee.get(address(row=order)).content.decode()
        assert f'data-begins-at="{office.project.pk}-{task.pk}"' in page


def test_the_week_asks_what_is_submitted_says_what_is_not_in_it_and_is_undone(office, employee):
    for status in (Status.OPEN, Status.REJECTED, Status.APPROVED):
        row_of(office, date=last_tuesday(), minutes=60, status=status)
    row_of(office, date=last_monday() - datetime.timedelta(days=1))

    asked = employee.post(address("hours-week-submit")).content.decode()
    assert "The whole week, 1:00" in asked
    assert "Website 2026 · Development, Tuesday 1:00 was rejected." in asked
    assert "Anna de Vries, Mark de Vries" in asked
    assert not TimeEntry.objects.filter(status=Status.SUBMITTED).exists()
    sunday = (last_monday() + datetime.timedelta(days=6)).isoformat()
    answer = employee.post(address("hours-week-submit"), {"until": sunday}, follow=True)

    assert "1 registration submitted, 1:00." in answer.content.decode()
    assert TimeEntry.objects.filter(status=Status.SUBMITTED).count() == 1
    token = employee.session["undo"]["token"]
    employee.post(reverse("registrations:undo"), {"undo": token})
    assert not TimeEntry.objects.filter(status=Status.SUBMITTED).exists()


def test_what_was_submitted_is_taken_back_until_somebody_decided(office, employee, manager):
    decided, waiting = (
        row_of(office, date=last_tuesday(), status=Status.SUBMITTED) for _n in range(2)
    )
    TimeEntry.objects.filter(pk=decided.pk).update(status=Status.APPROVED)

    page = employee.post(address("hours-take-back"), {"week": "1"}, follow=True)

    assert "1 registration taken back, 1:00." in page.content.decode()
    assert TimeEntry.objects.get(pk=waiting.pk).status == Status.OPEN
    assert TimeEntry.objects.get(pk=decided.pk).status == Status.APPROVED


def test_a_day_is_submitted_with_one_button(office, employee):
    row = row_of(office, date=last_tuesday())
    later = row_of(office, date=last_tuesday() + datetime.timedelta(days=1))
    day = f"?date={last_tuesday().isoformat()}"

    assert "Submit day" in employee.get(reverse("registrations:hours") + day).content.decode()
    employee.post(reverse("registrations:hours-submit") + day)

    assert TimeEntry.objects.get(pk=row.pk).status == Status.SUBMITTED
    assert TimeEntry.objects.get(pk=later.pk).status == Status.OPEN


def test_an_employee_reaches_only_the_own_week_and_a_manager_every_week(office, employee, manager):
    row_of(office, membership=office.colleague, date=last_tuesday(), minutes=77)

    for name in ("hours-week", "hours-week-copy", "hours-week-submit"):
        employee.post(address(name, employee=office.colleague.pk), {"hours": "1"})
    cell = cell_of(office.colleague, office.work, last_monday())
    theirs = address(employee=office.colleague.pk)
    fields = {f"c-{cell.key}": "1", f"s-{cell.key}": cell.seen}
    employee.post(theirs, fields)

    assert "1:17" not in employee.get(theirs).content.decode()
    assert TimeEntry.objects.get(membership=office.colleague).status == Status.OPEN
    assert TimeEntry.objects.filter(membership=office.employee, date=last_monday()).count() == 1
    assert "1:17" in manager.get(theirs).content.decode()


def test_work_of_another_organisation_is_no_row_and_no_cell(office, employee):
    project = factories.create_project(name="Foreign")
    task = factories.create_task(organisation=project.organisation)
    theirs = ProjectTask.objects.create(project=project, task=task)

    assert "Foreign" not in employee.get(address(row=theirs.pk)).content.decode()
    told = save(employee, Cell((project.pk, task.pk), last_monday()), "1")
    assert "Choose what you worked on" in told["sentence"]
    assert not TimeEntry.objects.exists()


def test_the_week_takes_the_same_queries_however_many_rows_it_has(
    office, employee, django_assert_max_num_queries
):
    for number in range(20):
        task = factories.create_task(organisation=office.organisation, name=f"T{number}")
        ProjectTask.objects.create(project=office.project, task=task)
        row_of(office, task=task, date=last_tuesday())

    with django_assert_max_num_queries(12):
        employee.get(address())
