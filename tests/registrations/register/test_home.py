"""Home: what somebody sees at login."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registrations.models import LeaveStatus, Status, Timer
from tests import factories

from ..rows import row_of

TODAY = datetime.date(2026, 11, 26)
TUESDAY, WEDNESDAY = datetime.date(2026, 11, 24), datetime.date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel("2026-11-26T14:09:00+01:00", tick=False):
        yield


@pytest.fixture
def contract(office):
    return factories.create_contract(
        membership=office.employee, starts_on=datetime.date(2026, 11, 23), monday=0
    )


def home(client):
    answer = client.get("/")
    page = answer.content.decode()
    return page, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def run_timer(office, minutes=42, **fields):
    started = timezone.now() - datetime.timedelta(minutes=minutes)
    about = {"project": office.project, "task": office.task, "started_at": started}
    return Timer.objects.create(membership=office.employee, **about | fields)


def test_a_part_without_content_is_not_there_and_all_is_up_to_date(office, employee):
    _page, text = home(employee)

    assert "All up to date" in text
    for part in ("Rejected", "Missing", "Start again", "Add hours", "Stop and save"):
        assert part not in text


def test_missing_days_are_named_with_a_way_to_fill_them_in(office, employee, contract):
    row_of(office, date=TUESDAY, minutes=360)

    page, text = home(employee)

    assert "10:00 on 2 days" in text
    assert "Tue 24 November 6:00 of 8:00 2:00 Fill in" in text
    assert "Wed 25 November nothing yet 8:00 Fill in" in text
    assert f"{reverse('registrations:hours')}?date=2026-11-24" in page
    assert "All up to date" not in text


def test_a_day_of_a_closed_period_is_not_missing_because_nobody_can_fill_it_in(
    office, employee, contract
):
    office.organisation.closed_until = TUESDAY
    office.organisation.save()

    assert "8:00 on 1 day " in home(employee)[1]


def test_only_what_can_be_changed_has_a_pencil(office, employee, contract):
    row_of(office, date=TODAY)
    assert 'aria-label="Edit"' in home(employee)[0]

    office.organisation.closed_until = TODAY
    office.organisation.save()

    assert 'aria-label="Edit"' not in home(employee)[0]
    assert 'aria-label="Show"' in home(employee)[0]


def test_what_was_rejected_has_its_reason_who_and_a_way_on(office, employee):
    decided = {"status": Status.REJECTED, "status_by": office.manager, "status_at": timezone.now()}
    entry = row_of(office, date=TUESDAY, minutes=90, status_note="Book it on support.", **decided)
    about = {"project": office.project, "membership": office.employee, "date": TUESDAY}
    expense = factories.create_expense(**about, status_note="No receipt.", **decided)
    trip = factories.create_trip(**about, status_note="Too far.", **decided)
    factories.create_leave(
        membership=office.employee,
        status=LeaveStatus.REJECTED,
        status_by=office.manager,
        status_note="Busy.",
    )

    page, text = home(employee)

    assert "Tue 24 · Website 2026 · Development · 1:30 “Book it on support.” Mark de Vries" in text
    for reason in ("No receipt.", "Too far.", "Busy."):
        assert reason in text
    for name, row in (("hour", entry), ("expense", expense), ("trip", trip)):
        assert reverse(f"registrations:{name}-edit", args=[row.pk]) in page


def test_all_that_was_rejected_is_counted_and_the_latest_are_shown(office, employee):
    for number in range(7):
        row_of(office, date=TUESDAY, minutes=60 + number, status=Status.REJECTED)

    page, text = home(employee)

    assert "Rejected 7" in text
    assert "And 2 more, in Overview with status Rejected." in text
    assert page.count("Correct it") == 5


def test_the_card_of_the_timer_stands_in_for_the_one_in_the_bar(office, employee, contract):
    run_timer(office, description="Monitoring")
    row_of(office, date=TODAY, minutes=195)

    page, text = home(employee)

    assert "0:42" in text
    assert 'value="Monitoring"' in page
    assert "3:15 + 0:42 running · 4:03 to go" in text
    assert "timer-pill" not in page


def test_stop_and_save_registers_with_the_description_that_was_typed(office, employee):
    run_timer(office)

    employee.post(reverse("registrations:timer-stop"), {"description": " Set  up ", "next": "/"})

    entry = office.employee.time_entries.get()
    assert (entry.minutes, entry.description) == (42, "Set up")


def test_a_description_of_several_lines_that_was_not_touched_stays(office, employee):
    run_timer(office, description="One\ntwo")

    employee.post(reverse("registrations:timer-stop"), {"description": "One two"})

    assert office.employee.time_entries.get().description == "One\ntwo"


def test_work_is_started_again_with_one_press_and_once_for_each_task(office, employee):
    row_of(office, date=TUESDAY, description="First")
    latest = row_of(office, date=WEDNESDAY, description="Second")

    page, text = home(employee)

    resume = reverse("registrations:hour-timer", args=[latest.pk])
    assert text.count("Website 2026 · Development") == 1
    assert f'action="{resume}"' in page
    employee.post(resume, {"next": "/"})
    assert Timer.objects.get().description == "Second"


def test_the_form_opens_with_the_work_and_the_text_of_an_entry_to_do_again(office, employee):
    entry = row_of(office, date=WEDNESDAY, description="Second")

    page = employee.get(reverse("registrations:hours"), {"like": entry.pk}).content.decode()

    assert 'value="Website 2026 · Development"' in page
    assert ">\nSecond</textarea>" in page


def test_an_entry_of_a_colleague_is_not_taken_over(office, employee):
    entry = row_of(office, membership=office.colleague, description="Secret")

    page = employee.get(reverse("registrations:hours"), {"like": entry.pk}).content.decode()

    assert "Secret" not in page


def test_a_manager_sees_the_own_week_above_the_figures_of_the_agency(administrator):
    text = home(administrator)[1]

    assert text.index("Total") < text.index("Outstanding")
    assert "Start again" not in text


def test_home_asks_the_database_at_most_twelve_times_whatever_it_shows(office, employee, contract):
    run_timer(office)
    for day in range(1, 26):
        status = Status.REJECTED if day % 2 else Status.OPEN
        row_of(office, date=datetime.date(2026, 11, day), status=status)
        row_of(office, date=TODAY)

    with CaptureQueriesContext(connection) as queries:
        employee.get("/")

    assert len(queries) <= 12
