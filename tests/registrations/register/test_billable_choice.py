"""The Billable switch of hours: it follows the task until somebody touches it."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from projects.models import Method, ProjectTask
from registrations.rates.repricing import reprice_unbilled
from tests import factories

DAY = "2026-11-20"
HOURS = reverse("registrations:hours")


def add(client, office, work=None, **typed):
    form = {"work": (work or office.work).pk, "date": DAY, "duration": "2", **typed}
    client.post(HOURS, form)
    return office.employee.time_entries.latest("pk")


@pytest.fixture
def internal(office):
    task = factories.create_task(
        organisation=office.organisation, name="Meeting", is_billable=False
    )
    return ProjectTask.objects.create(project=office.project, task=task)


def test_untouched_hours_follow_their_task(office, employee, internal):
    assert add(employee, office, billable="on", billable_shown="1").is_billable
    # As a browser without script sends it: the switch of the task before.
    followed = add(employee, office, internal, billable="on", billable_shown="1")

    assert not followed.is_billable
    assert followed.billable_choice is None


def test_hours_that_somebody_switched_off_are_not_billed(office, employee):
    entry = add(employee, office, billable_shown="1")

    assert (entry.is_billable, entry.billable_choice) == (False, False)
    assert (entry.hourly_rate, entry.amount) == (None, Decimal(0))


def test_hours_on_an_internal_task_that_somebody_switched_on_have_a_rate(
    office, employee, internal
):
    entry = add(employee, office, internal, billable="on", billable_shown="0")

    assert entry.is_billable
    assert entry.amount == Decimal("190.00")
    reprice_unbilled(office.project, by=office.manager, now=datetime.datetime.now(datetime.UTC))
    entry.refresh_from_db()
    assert entry.amount == Decimal("190.00")


def test_hours_of_a_project_that_is_not_billed_stay_unbilled(office, employee):
    office.project.method = Method.NONE
    office.project.save()

    assert not add(employee, office, billable="on", billable_shown="0").is_billable


def test_the_choice_survives_a_change_of_the_duration_in_form_and_week(office, employee):
    entry = add(employee, office, billable_shown="1")
    edit = reverse("registrations:hour-edit", args=[entry.pk])
    page = employee.get(edit).content.decode()
    assert "chosen for these hours" in page
    assert "checked" not in page.partition('name="billable"')[2].partition(">")[0]

    form = {"work": office.work.pk, "date": DAY, "duration": "3", "billable_shown": "1"}
    employee.post(edit, form)
    entry.refresh_from_db()
    assert (entry.minutes, entry.is_billable) == (180, False)

    del form["billable_shown"]
    employee.post(edit, {**form, "duration": "4"})
    entry.refresh_from_db()
    assert (entry.minutes, entry.is_billable) == (240, False)


def test_switching_back_makes_hours_follow_their_task_again(office, employee):
    entry = add(employee, office, billable_shown="1")

    form = {"work": office.work.pk, "date": DAY, "duration": "2", "billable_shown": "1"}
    employee.post(reverse("registrations:hour-edit", args=[entry.pk]), {**form, "billable": "on"})

    entry.refresh_from_db()
    assert (entry.is_billable, entry.billable_choice) == (True, None)
