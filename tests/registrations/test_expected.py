"""Expected hours: those of the contract, less holidays and leave; and what is missing."""

import datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from registrations.expected import (
    expected_days,
    expected_minutes,
    missing_days,
    registered_minutes,
)
from registrations.models import LeaveStatus
from tests import factories

from .rows import row_of

MONDAY = datetime.date(2026, 11, 23)
SUNDAY = datetime.date(2026, 11, 29)
THURSDAY, FRIDAY = datetime.date(2026, 11, 26), datetime.date(2026, 11, 27)


def of(person, first, last=None):
    found = expected_minutes([person], first, last or first)
    return [minutes for (_pk, _day), minutes in sorted(found.items())]


def test_nothing_is_expected_of_somebody_without_a_contract(office):
    assert of(office.employee, MONDAY, SUNDAY) == [0] * 7
    assert missing_days([office.employee], MONDAY, SUNDAY, today=SUNDAY) == []


def test_a_contract_holds_from_its_first_day_until_the_next_one(office):
    factories.create_contract(membership=office.employee, starts_on=datetime.date(2026, 11, 24))
    factories.create_contract(membership=office.employee, starts_on=FRIDAY, friday=240, saturday=60)

    assert of(office.employee, MONDAY, SUNDAY) == [0, 480, 480, 480, 240, 60, 0]


def test_no_hours_are_expected_on_holidays_of_the_organisations_country(office):
    factories.create_contract(membership=office.employee)
    christmas, labour = datetime.date(2026, 12, 25), datetime.date(2026, 5, 1)

    assert of(office.employee, christmas) == [0]
    assert of(office.employee, labour) == [480]
    office.organisation.holiday_country = "BE"
    office.organisation.save()
    assert of(office.employee, labour) == [0]
    office.organisation.holiday_country = ""
    office.organisation.save()
    assert of(office.employee, christmas) == [480]


def test_leave_lowers_what_is_expected_unless_it_was_rejected(office):
    factories.create_contract(membership=office.employee)
    factories.create_leave(membership=office.employee, date=THURSDAY, minutes=180)
    factories.create_leave(membership=office.employee, date=FRIDAY, status=LeaveStatus.REJECTED)

    assert of(office.employee, THURSDAY, FRIDAY) == [300, 480]
    day = expected_days([office.employee], THURSDAY, THURSDAY)[office.employee.pk, THURSDAY]
    assert (day.reason, day.leave) == ("Holiday", 180)


def test_missing_is_expected_less_registered_and_only_of_days_before_today(office):
    factories.create_contract(membership=office.employee)
    row_of(office, date=MONDAY, minutes=480)
    row_of(office, date=datetime.date(2026, 11, 24), minutes=450)
    row_of(office, date=datetime.date(2026, 11, 25), minutes=600)
    factories.create_leave(membership=office.employee, date=FRIDAY)

    found = missing_days([office.employee], MONDAY, SUNDAY, today=THURSDAY)

    assert [(one.date.day, one.minutes) for one in found] == [(24, 30)]


def test_the_expected_hours_of_many_people_take_as_many_questions_as_those_of_one(office):
    people = [office.employee, office.colleague, office.manager, office.administrator]
    for person in people:
        factories.create_contract(membership=person)
        factories.create_leave(membership=person, date=FRIDAY)

    def asked(some):
        with CaptureQueriesContext(connection) as queries:
            expected_minutes(some, MONDAY, SUNDAY)
            registered_minutes(some, MONDAY, SUNDAY)
        return len(queries)

    assert asked(people) == asked(people[:1]) == 3
