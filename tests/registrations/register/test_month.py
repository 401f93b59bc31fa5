"""Register → Hours → Month, and what is expected in the strip of the day and in the week."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registrations.models import Status, Timer
from registrations.register.month import month_of
from tests import factories

from ..rows import row_of

TODAY = datetime.date(2026, 11, 26)
TUESDAY, WEDNESDAY, FRIDAY = (datetime.date(2026, 11, day) for day in (24, 25, 27))
HOURS, WEEK, MONTH = "registrations:hours", "registrations:hours-week", "registrations:hours-month"


@pytest.fixture(autouse=True)
def _afternoon():
    with time_machine.travel("2026-11-26T14:09:00+01:00", tick=False):
        yield


@pytest.fixture
def person(office):
    factories.create_contract(membership=office.employee, starts_on=datetime.date(2026, 11, 23))
    factories.create_leave(membership=office.employee, date=FRIDAY)
    row_of(office, date=TUESDAY, minutes=450, status=Status.REJECTED)
    row_of(office, date=WEDNESDAY, minutes=480, status=Status.SUBMITTED, is_billable=False)
    return office.employee


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_month_adds_up_its_days_and_leaves_out_those_of_other_months(person):
    month = month_of(person, TODAY, by=person, today=TODAY)

    assert len(month.weeks) == 6
    assert (month.minutes, month.billable) == (930, 450)
    # Monday to Thursday, and the Monday after it: Friday is leave.
    assert month.expected == 5 * 480
    assert [(day.date.day, day.missing) for day in month.missing] == [(23, 480), (24, 30)]
    assert not month.weeks[0].days[0].is_inside


def test_a_day_of_the_month_shows_the_least_settled_status_and_what_was_rejected(office, person):
    row_of(office, date=WEDNESDAY, minutes=5, status=Status.INVOICED)

    days = {
        one.day.date: one for one in month_of(person, TODAY, by=person, today=TODAY).weeks[4].days
    }

    assert days[TUESDAY].rejected == 1
    assert days[WEDNESDAY].status == Status.SUBMITTED
    assert days[FRIDAY].day.ground == "day-off"
    assert days[datetime.date(2026, 11, 28)].day.ground == "weekend"


def test_the_page_of_the_month_names_missing_days_and_links_days_and_weeks(employee, person):
    page = employee.get(reverse(MONTH), {"date": TODAY.isoformat()})

    text = text_of(page)
    assert "8:30 missing on 2 days: Mon 23 8:00, Tue 24 0:30." in text
    assert f"{reverse(HOURS)}?date=2026-11-24" in page.content.decode()
    assert f"{reverse(WEEK)}?date=2026-11-23" in page.content.decode()
    assert "1 rejected" in text
    assert "?date=2026-10-01" in page.content.decode()
    assert "?date=2026-12-01" in page.content.decode()


def test_a_month_asks_the_database_as_often_for_many_hours_as_for_few(office, person):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            month_of(person, TODAY, by=person, today=TODAY)
        return len(queries)

    before = asked()
    for day in range(1, 20):
        row_of(office, date=datetime.date(2026, 11, day), minutes=60)

    assert asked() == before == 3


def test_the_strip_of_the_day_says_what_is_expected_missing_and_off(employee, person):
    text = text_of(employee.get(reverse(HOURS), {"date": TODAY.isoformat()}))

    assert "7:30 0:30 missing" in text
    assert "8:00 of 8:00" in text
    assert "0:00 Holiday" in text
    assert "15:30 of 32:00" in text


def test_without_a_contract_nothing_is_said_about_expected_hours(employee, office):
    text = text_of(employee.get(reverse(HOURS), {"date": TODAY.isoformat()}))

    assert " of 0:00" not in text
    assert "missing" not in text


def test_the_totals_of_the_week_stand_beside_what_is_expected(employee, person):
    answer = employee.get(reverse(WEEK), {"date": TODAY.isoformat()})

    page, text = answer.content.decode(), text_of(answer)
    assert "0:30 missing" in text
    assert "of 32:00" in text
    assert re.search(r'class="day-off[^"]*"><a [^>]*date=2026-11-27', page)
    assert page.count("day-off") >= 3


def test_copying_last_week_leaves_out_a_day_of_leave_and_names_it(office, employee, person):
    before = datetime.timedelta(days=7)
    row_of(office, date=TODAY - before, minutes=60)
    row_of(office, date=FRIDAY - before, minutes=60)

    page = employee.post(
        f"{reverse('registrations:hours-week-copy')}?date={TODAY}", {"hours": "1"}, follow=True
    )

    dates = set(person.time_entries.values_list("date", flat=True))
    assert TODAY in dates
    assert FRIDAY not in dates
    assert "Left out, because nothing is expected: Fri 27 November (Holiday)." in text_of(page)


def test_a_running_timer_lowers_what_is_to_go_today(office, employee, person):
    Timer.objects.create(
        membership=office.employee,
        project=office.project,
        task=office.task,
        started_at=timezone.now() - datetime.timedelta(minutes=84),
    )
    row_of(office, date=TODAY, minutes=180)

    text = text_of(employee.get(reverse(HOURS)))

    assert "3:00 registered · 1:24 running · 3:36 to go" in text


@pytest.fixture
def elsewhere(office, person):
    """Hours of the person on a project that the manager of own projects does not manage."""
    office.manager.manages_all_projects = False
    office.manager.save()
    office.manager.managed_projects.add(office.project)
    other = factories.create_project(organisation=office.organisation, name="Secret")
    return row_of(office, project=other, date=TUESDAY, minutes=97)


@pytest.mark.parametrize("name", [HOURS, WEEK, MONTH])
def test_a_manager_of_own_projects_sees_only_hours_of_these_of_a_colleague(
    client_of, office, elsewhere, name
):
    about = {"date": TUESDAY.isoformat(), "employee": office.employee.pk}

    text = text_of(client_of(office.manager).get(reverse(name), about))

    assert "7:30" in text
    assert "1:37" not in text
    assert "9:07" not in text
    assert "Holiday" not in text
    assert " missing on" not in text
    assert "Only hours on projects that you manage." in text


@pytest.mark.parametrize("name", [HOURS, WEEK, MONTH])
def test_a_manager_of_all_projects_sees_all_hours_and_what_is_missing(
    client_of, office, elsewhere, name
):
    about = {"date": TUESDAY.isoformat(), "employee": office.employee.pk}
    office.manager.manages_all_projects = True
    office.manager.save()

    text = text_of(client_of(office.manager).get(reverse(name), about))

    assert "9:07" in text
    assert "Holiday" in text
    assert "Only hours on projects that you manage." not in text


def test_copying_the_week_of_a_colleague_does_not_say_what_the_day_off_is_for(
    client_of, office, elsewhere
):
    row_of(office, date=FRIDAY - datetime.timedelta(days=7), minutes=60)
    url = f"{reverse('registrations:hours-week-copy')}?date={TODAY}&employee={office.employee.pk}"

    text = text_of(client_of(office.manager).post(url, {"hours": "1"}, follow=True))

    assert "Fri 27 November (day off)." in text
    assert "Holiday" not in text
