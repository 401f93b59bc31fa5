"""A description that the organisation requires: in the form, the week and the timer alike."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from registrations.models import Timer

from ..rows import row_of

SENTENCE = "Type what you did: this organisation requires a description."
DAY = "2026-11-20"


@pytest.fixture(autouse=True)
def _required(office):
    Organisation.objects.update(requires_description=True)
    office.organisation.refresh_from_db()


def test_hours_without_a_description_are_refused_at_its_field_and_the_rest_is_kept(
    office, employee
):
    typed = {"work": office.work.pk, "date": DAY, "duration": "1:15"}

    page = employee.post(reverse("registrations:hours"), typed).content.decode()

    assert SENTENCE in page
    assert 'value="1:15"' in page
    assert not office.employee.time_entries.exists()
    employee.post(reverse("registrations:hours"), {**typed, "description": "Tests"})
    assert office.employee.time_entries.get().minutes == 75


def test_a_cell_of_the_week_without_a_note_is_refused(office, employee):
    key = f"{office.project.pk}-{office.task.pk}-{DAY}"
    page = employee.get(
        reverse("registrations:hours-week"), {"date": DAY, "row": office.work.pk}
    ).content.decode()
    seen = page.partition(f'name="s-{key}" value="')[2].partition('"')[0]
    address = f"{reverse('registrations:hours-week')}?date={DAY}"

    typed = {f"c-{key}": "2", f"n-{key}": "", f"s-{key}": seen}
    answer = employee.post(address, typed, headers={"accept": "application/json"}).json()

    assert SENTENCE in answer["cells"][0]["sentence"]
    assert not office.employee.time_entries.exists()


def test_the_time_of_a_timer_without_a_description_is_kept_until_there_is_one(office, employee):
    Timer.objects.create(
        membership=office.employee,
        project=office.project,
        task=office.task,
        started_at=timezone.now() - datetime.timedelta(minutes=5),
    )

    page = employee.post(reverse("registrations:timer-stop"), follow=True).content.decode()

    assert SENTENCE in page
    assert Timer.objects.get().stopped_at is not None
    assert not office.employee.time_entries.exists()


def test_a_deleted_entry_of_before_can_still_be_put_back(office, employee):
    entry = row_of(office)
    page = employee.post(reverse("registrations:hour-delete", args=[entry.pk]), follow=True)
    token = page.content.decode().partition('name="undo" value="')[2].partition('"')[0]

    employee.post(reverse("registrations:undo"), {"undo": token})

    assert office.employee.time_entries.count() == 1
