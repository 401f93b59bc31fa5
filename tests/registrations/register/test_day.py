"""The day of Register → Hours: the next entry, gaps and overlaps, and work of before once more."""

import datetime

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from registrations.models import Status, TimeEntry
from tests import factories

from ..rows import row_of
from .test_registering import add, typed

pytestmark = pytest.mark.django_db


def yesterday() -> datetime.date:
    return localdate() - datetime.timedelta(days=1)


PART = {"HTTP_HX_REQUEST": "true"}


def day_page(client, **query) -> str:
    answer = client.get(reverse("registrations:hours"), query)
    return " ".join(answer.content.decode().split())


def clock(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def from_to(office, start: str, end: str, **fields) -> TimeEntry:
    times = {"started_at": clock(start), "ended_at": clock(end)}
    hours = datetime.datetime.combine(localdate(), times["ended_at"]) - datetime.datetime.combine(
        localdate(), times["started_at"]
    )
    return row_of(office, minutes=int(hours.total_seconds()) // 60, **times, **fields)


def test_after_adding_only_the_day_comes_back_with_the_choice_and_an_empty_description(
    office, employee
):
    fields = typed(office, description="Sprint")

    answer = employee.post(reverse("registrations:hours"), fields, **PART)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert f'name="work" type="hidden" value="{office.work.pk}"' in page
    assert 'value="Website 2026 · Development"' in page
    assert ">Sprint</textarea>" not in page
    assert page.index("autofocus") > page.index("<textarea")
    assert "The registration has been added" in page
    assert TimeEntry.objects.count() == 1


def test_without_script_the_choice_stays_in_the_address(office, employee):
    answer = add(employee, typed(office))

    page = employee.get(answer["Location"]).content.decode()
    assert f"work={office.work.pk}" in answer["Location"]
    assert 'value="Website 2026 · Development"' in page


def test_a_form_that_is_sent_again_is_added_once(office, employee):
    fields = typed(office, once="abc")

    add(employee, fields)
    again = employee.post(reverse("registrations:hours"), fields, **PART)

    assert "It is added once" in again.content.decode()
    assert TimeEntry.objects.count() == 1


def test_an_error_keeps_what_was_typed(office, employee):
    fields = typed(office, duration="7.30", description="Sprint")

    answer = employee.post(reverse("registrations:hours"), fields, **PART)

    assert answer.status_code == 422
    assert "Sprint</textarea>" in answer.content.decode()
    assert "“7.30” can mean" in answer.content.decode()


def test_the_end_follows_from_start_and_duration(office, employee):
    add(employee, typed(office, start="22:30", duration="2", pause="15"))

    row = TimeEntry.objects.get()
    assert (row.ended_at, row.minutes) == (clock("00:45"), 120)


def test_free_time_and_overlaps_are_shown_between_the_rows(office, employee):
    for start, end in (("09:00", "10:30"), ("10:00", "11:00"), ("11:45", "12:00")):
        from_to(office, start, end)
    row_of(office, minutes=30)

    page = day_page(employee)

    assert "11:00–11:45: 0:45 free" in page
    assert page.count(": 0:") == page.count("0:45 free")
    assert page.count("Overlaps with the entry above") == 1
    assert "3:45 registered" not in page
    assert "3:15 registered" in page


def test_the_times_of_free_time_are_filled_in_by_a_link(office, employee):
    page = day_page(employee, start="11:00", end="11:45")

    assert 'name="start" value="11:00"' in page
    assert 'name="end" value="11:45"' in page


def test_work_of_another_day_is_added_again_in_one_step(office, employee):
    row = row_of(office, date=yesterday(), minutes=90, description="Sprint", status=Status.APPROVED)
    TimeEntry.objects.filter(pk=row.pk).update(created_at=now() - datetime.timedelta(days=7))
    assert "Add 1:30" in day_page(employee)

    employee.post(f"{reverse('registrations:hour-again', args=[row.pk])}?date={localdate()}")

    new = TimeEntry.objects.get(date=localdate())
    assert (new.minutes, new.description, new.status) == (90, "Sprint", Status.OPEN)
    assert now() - new.created_at < datetime.timedelta(days=1)
    assert "Add 1:30" not in day_page(employee)


def test_an_empty_day_takes_the_hours_of_the_day_before_and_gives_them_back(office, employee):
    row_of(office, date=yesterday(), minutes=90)
    row_of(office, date=yesterday(), minutes=30, description="Stand-up")
    assert "2 rows, 2:00" in day_page(employee)

    copied = f"{reverse('registrations:hours-copy-day')}?date={localdate()}"
    answer = employee.post(copied, follow=True)
    assert TimeEntry.objects.filter(date=localdate()).count() == 2
    assert "2 registrations added, 2:00." in answer.content.decode()

    token = employee.session["undo"]["token"]
    back = employee.post(reverse("registrations:undo"), {"undo": token}, follow=True)
    assert not TimeEntry.objects.filter(date=localdate()).exists()
    assert "2 registrations removed." in back.content.decode()


def test_what_cannot_be_registered_again_is_named_with_the_reason(office, employee):
    row = row_of(office, date=yesterday())
    office.organisation.closed_until = localdate()
    office.organisation.save()

    address = f"{reverse('registrations:hour-again', args=[row.pk])}?date={localdate()}"
    answer = employee.post(address, follow=True)

    assert "Not added:" in answer.content.decode()
    assert "The books are closed until" in answer.content.decode()
    assert not TimeEntry.objects.filter(date=localdate()).exists()


def test_an_employee_does_not_repeat_the_hours_of_a_colleague(office, employee):
    row = row_of(office, membership=office.colleague)

    answer = employee.post(reverse("registrations:hour-again", args=[row.pk]))

    assert answer.status_code == 404
    assert "Add " not in day_page(employee, date=str(yesterday())).replace("Add hours", "")


def test_work_that_can_no_longer_be_booked_on_is_not_offered_again(office, employee):
    row_of(office, date=yesterday())
    office.project.is_archived = True
    office.project.save()

    assert "Again" not in day_page(employee)


def test_the_day_takes_the_same_queries_however_many_rows_it_has(
    office, employee, django_assert_max_num_queries
):
    for number in range(30):
        task = factories.create_task(organisation=office.organisation, name=f"T{number}")
        row_of(office, task=task, date=yesterday() if number % 2 else localdate())

    with django_assert_max_num_queries(12):
        employee.get(reverse("registrations:hours"))
