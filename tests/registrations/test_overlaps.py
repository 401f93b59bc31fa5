"""Overlapping times of one person."""

import datetime

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from registrations.models import TimeEntry

from .register.test_registering import add, errors_of, typed

pytestmark = pytest.mark.django_db
# Days from today.
TODAY, YESTERDAY = 0, -1


def times(office, start, end, **changes):
    return typed(office, duration="", start=start, end=end, **changes)


def remarks(client):
    page = client.get(reverse("registrations:hours"))
    return " ".join(str(message) for message in page.context["messages"])


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        (("9:00", "12:00", TODAY), ("11:00", "13:00", TODAY), True),
        (("9:00", "12:00", TODAY), ("9:00", "12:00", TODAY), True),
        (("9:00", "12:00", TODAY), ("10:00", "11:00", TODAY), True),
        (("9:00", "12:00", TODAY), ("12:00", "13:00", TODAY), False),
        (("22:00", "2:00", YESTERDAY), ("1:00", "3:00", TODAY), True),
        (("22:00", "2:00", YESTERDAY), ("2:00", "3:00", TODAY), False),
        (("1:00", "3:00", TODAY), ("22:00", "2:00", YESTERDAY), True),
    ],
)
def test_overlapping_times_get_a_remark(office, employee, first, second, overlaps):
    days = [localdate() + datetime.timedelta(days=one[2]) for one in (first, second)]
    for (start, end, _day), day in zip((first, second), days, strict=True):
        assert add(employee, times(office, start, end, date=day.isoformat())).status_code == 302

    said = remarks(employee)

    named = f"{days[0]:%d-%m-%Y} {first[0]}–{first[1]}, Website 2026"
    assert ("overlap with" in said, named in said) == (overlaps, overlaps)


def test_durations_without_times_and_hours_of_others_overlap_with_nothing(
    office, employee, manager
):
    add(employee, typed(office))
    add(manager, times(office, "9:00", "12:00"))
    add(employee, times(office, "9:00", "12:00"))

    assert "overlap" not in remarks(employee)


def test_a_setting_refuses_overlapping_times_and_names_the_other(office, employee, administrator):
    office.organisation.refuses_overlapping_times = True
    office.organisation.save()
    add(employee, times(office, "9:00", "12:00"))

    answer = add(employee, times(office, "11:00", "13:00"))

    assert "9:00–12:00, Website 2026" in errors_of(answer, "start")
    assert add(employee, times(office, "12:00", "13:00")).status_code == 302


def test_times_from_before_the_setting_do_not_stand_in_the_way(office, employee):
    add(employee, times(office, "9:00", "12:00"))
    add(employee, times(office, "11:00", "13:00"))
    office.organisation.refuses_overlapping_times = True
    office.organisation.save()
    row = TimeEntry.objects.latest("pk")
    address = reverse("registrations:hour-edit", args=[row.pk])

    described = employee.post(address, times(office, "11:00", "13:00", description="Review"))
    moved = employee.post(address, times(office, "10:00", "13:00"))

    assert described.status_code == 302
    assert errors_of(moved, "start")


def test_the_setting_is_on_the_page_of_the_organisation(office, administrator):
    page = administrator.get(reverse("accounts:organisation-settings")).content.decode()

    assert 'name="refuses_overlapping_times"' in page
