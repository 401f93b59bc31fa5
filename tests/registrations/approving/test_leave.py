"""Leave: asked for by day, decided on by a manager, and taken from the balance of the year."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from registrations.approving import leave
from registrations.models import Leave, LeaveStatus
from tests import factories

PAGE, TEAM = "registrations:leave", "registrations:leave-team"
# Thursday until Tuesday.
FIRST, LAST = "2026-12-24", "2026-12-29"


@pytest.fixture
def contract(office):
    return factories.create_contract(membership=office.employee, monday=240)


def ask(client, **changes):
    typed = {"kind": "holiday", "first": FIRST, "last": LAST, **changes}
    return client.post(reverse(PAGE), typed, follow=True)


def days(person):
    return list(person.leave.order_by("date").values_list("date", "minutes"))


def test_leave_takes_the_hours_of_the_contract_and_leaves_out_weekend_and_holidays(
    office, employee, contract
):
    page = ask(employee).content.decode()

    assert days(office.employee) == [
        (datetime.date(2026, 12, 24), 480),
        (datetime.date(2026, 12, 28), 240),
        (datetime.date(2026, 12, 29), 480),
    ]
    assert "Holiday, 24-12-2026 – 29-12-2026, 20:00" in page
    assert set(Leave.objects.values_list("status", flat=True)) == {LeaveStatus.SUBMITTED}


def test_without_a_contract_the_length_must_be_typed(office, employee):
    answer = ask(employee, last="")

    assert answer.status_code == 422
    assert "There is no contract on this day." in answer.content.decode()
    ask(employee, last="", minutes="4")
    assert days(office.employee) == [(datetime.date(2026, 12, 24), 240)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": "2026-12-23"}, "The last day is before the first."),
        ({"first": "2026-12-25", "last": "2026-12-27"}, "No hours are expected on these days"),
        ({"minutes": "-1"}, "Enter a duration of more than zero"),
        ({"last": "2028-12-23"}, "This is more than a year."),
        ({"kind": "nonsense"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_leave_is_refused_with_a_sentence_and_the_note_stays(
    office, employee, contract, changes, sentence
):
    answer = ask(employee, note="Family", **changes)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert ">Family</textarea>" in re.sub(r">\s+", ">", page)
    assert not Leave.objects.exists()


def test_leave_in_a_closed_period_is_refused(office, employee, contract):
    office.organisation.closed_until = datetime.date(2026, 12, 31)
    office.organisation.save()

    assert "The books are closed until 31-12-2026" in ask(employee).content.decode()


def test_the_same_leave_twice_is_refused_and_names_the_day(office, employee, contract):
    ask(employee)

    answer = ask(employee, first="2026-12-28", last="")

    assert "28-12-2026 has leave already: Holiday." in answer.content.decode()


def test_somebody_who_is_sick_in_a_holiday_deletes_that_first(office, employee, contract):
    ask(employee)

    answer = ask(employee, first="2026-12-28", last="", kind="sick")

    assert "28-12-2026 has leave already: Holiday." in answer.content.decode()
    assert len(days(office.employee)) == 3


def test_half_a_day_of_each_of_two_kinds_fits_in_a_day(office, employee, contract):
    ask(employee, last="", minutes="3")
    ask(employee, last="", kind="special")

    assert sorted(minutes for _day, minutes in days(office.employee)) == [180, 300]


def test_deleted_leave_can_be_put_back_by_the_same_person_only(
    office, employee, administrator, contract
):
    ask(employee)
    row = Leave.objects.first()
    page = employee.post(reverse("registrations:leave-delete", args=[row.pk]), follow=True)
    token = re.search(r'name="undo" value="([^"]+)"', page.content.decode())[1]
    assert days(office.employee) == []

    administrator.post(reverse("registrations:leave-restore"), {"undo": token})
    assert days(office.employee) == []
    employee.post(reverse("registrations:leave-restore"), {"undo": token})
    assert len(days(office.employee)) == 3


def test_a_changed_token_puts_nothing_back(office, employee):
    page = employee.post(reverse("registrations:leave-restore"), {"undo": "x"}, follow=True)

    assert "This can no longer be undone." in page.content.decode()


def test_approved_leave_is_not_deleted_by_the_employee(office, employee, manager, contract):
    ask(employee)
    row = Leave.objects.first()
    decide = reverse("registrations:leave-decide", args=[row.pk])
    manager.post(decide, {"action": "approved"})
    assert {one.status for one in Leave.objects.all()} == {LeaveStatus.APPROVED}

    employee.post(reverse("registrations:leave-delete", args=[row.pk]))

    assert len(days(office.employee)) == 3


def test_rejecting_needs_a_reason_which_the_employee_reads(office, employee, manager, contract):
    ask(employee)
    decide = reverse("registrations:leave-decide", args=[Leave.objects.first().pk])

    manager.post(decide, {"action": "rejected"})
    assert Leave.objects.first().status == LeaveStatus.SUBMITTED
    manager.post(decide, {"action": "rejected", "note": "Nobody else is here then."})

    page = employee.get(reverse(PAGE), {"year": "2026"}).content.decode()
    assert "Nobody else is here then." in page


def test_somebody_who_decides_later_changes_nothing_and_is_told(
    office, employee, manager, contract
):
    ask(employee)
    decide = reverse("registrations:leave-decide", args=[Leave.objects.first().pk])
    manager.post(decide, {"action": "approved"})

    page = manager.post(decide, {"action": "rejected", "note": "No."}, follow=True)

    assert "Somebody decided on this leave in the meantime." in page.content.decode()
    assert Leave.objects.first().status == LeaveStatus.APPROVED


def test_nobody_approves_their_own_leave_unless_the_organisation_allows_it(office, manager):
    row = factories.create_leave(membership=office.manager)
    decide = reverse("registrations:leave-decide", args=[row.pk])

    assert manager.post(decide, {"action": "approved"}).status_code == 403
    office.organisation.allows_own_approval = True
    office.organisation.save()
    assert manager.post(decide, {"action": "approved"}).status_code == 302


def test_an_employee_neither_decides_nor_sees_the_leave_of_others(office, employee):
    row = factories.create_leave(membership=office.colleague, note="Hospital")

    assert employee.get(reverse(TEAM)).status_code == 403
    decide = reverse("registrations:leave-decide", args=[row.pk])
    assert employee.post(decide, {"action": "approved"}).status_code == 403
    delete = reverse("registrations:leave-delete", args=[row.pk])
    assert employee.post(delete).status_code == 404
    assert "Hospital" not in employee.get(reverse(PAGE)).content.decode()


def test_the_balance_is_granted_less_taken_and_planned_and_only_holidays_count(office):
    today = timezone.localdate()
    person = office.employee
    leave.grant(person, year=today.year, minutes=6000)
    factories.create_leave(membership=person, date=today, minutes=480)
    factories.create_leave(membership=person, date=today, minutes=60, kind="sick")
    later = datetime.date(today.year, 12, 31)
    factories.create_leave(membership=person, date=later, minutes=120)

    found = leave.balances([person, office.colleague], today.year, today=today)

    assert (found[person.pk].taken, found[person.pk].planned) == (480, 120)
    assert found[person.pk].left == 5400
    assert found[office.colleague.pk].left is None


def test_a_manager_grants_the_holidays_of_a_year_in_hours(office, manager):
    year = timezone.localdate().year
    typed = {f"granted_{office.employee.pk}": "187,5", f"granted_{office.colleague.pk}": "200:30"}

    manager.post(reverse(TEAM), typed)

    found = leave.balances([office.employee, office.colleague], year, today=timezone.localdate())
    assert found[office.employee.pk].granted == 11250
    assert found[office.colleague.pk].granted == 12030
    answer = manager.post(reverse(TEAM), {**typed, f"granted_{office.employee.pk}": "much"})
    assert answer.status_code == 422
    assert "Type a number of hours such as 200 or 187:30." in answer.content.decode()


@pytest.mark.parametrize("action", ["approved", "rejected"])
def test_leave_that_waits_is_decided_after_its_period_was_closed(
    office, employee, manager, contract, action
):
    """As hours are: the decision is no content, and without it the leave would wait forever."""
    ask(employee)
    office.organisation.closed_until = datetime.date(2026, 12, 31)
    office.organisation.save()

    decide = reverse("registrations:leave-decide", args=[Leave.objects.first().pk])
    manager.post(decide, {"action": action, "note": "Seen."})

    assert set(Leave.objects.values_list("status", flat=True)) == {action}
