"""Hours with start and end: over midnight, in nights in which the clock changes, in the future."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from lib.days import ONE_DAY
from registrations.models import TimeEntry

from .test_registering import add, errors_of, typed

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# Clocks go forward in the night of the 29th, and back in the night of the 25th.
SPRING, AUTUMN = datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)


def times(office, start, end, **changes):
    return typed(office, duration="", start=start, end=end, **changes)


def confirmation(answer):
    """What the check box of the question posts."""
    return re.search(r'name="confirmed" value="(\w+)"', answer.content.decode())[1]


@pytest.mark.parametrize(
    ("start", "end", "pause", "minutes"),
    [
        ("22:00", "2:00", "", 240),
        ("22.00", "2.00", "30", 210),
        ("23:59", "0:01", "", 2),
        ("22", "0", "", 120),
        ("18:00", "6:00", "", 720),
        ("9:00", "17:00", "", 480),
    ],
)
def test_work_over_midnight_counts_on_the_day_it_began(
    office, employee, start, end, pause, minutes
):
    add(employee, times(office, start, end, pause=pause))

    row = TimeEntry.objects.get()
    assert (row.date, row.minutes) == (localdate(), minutes)


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [("17:00", "9:00", "16:00"), ("9:00", "9:00", "24:00"), ("9:00", "8:30", "23:30")],
)
def test_more_than_twelve_hours_over_midnight_is_asked_about(office, employee, start, end, length):
    answer = add(employee, times(office, start, end))

    assert f"ends the next day and is {length}" in errors_of(answer, "end")
    assert not TimeEntry.objects.exists()
    agreed = times(office, start, end, confirmed=confirmation(answer))
    assert add(employee, agreed).status_code == 302


def test_a_confirmation_means_nothing_for_other_values(office, employee):
    answer = add(employee, times(office, "17:00", "9:00"))
    confirmed = confirmation(answer)

    again = add(employee, times(office, "17:00", "9:30", confirmed=confirmed))

    assert "is 16:30" in errors_of(again, "end")
    assert not TimeEntry.objects.exists()


def test_a_confirmation_survives_another_error(office, employee):
    confirmed = confirmation(add(employee, times(office, "17:00", "9:00")))

    answer = add(employee, times(office, "17:00", "9:00", work="", confirmed=confirmed))

    assert errors_of(answer, "work")
    assert confirmation_kept(answer) == confirmed


def confirmation_kept(answer):
    found = re.search(r'type="hidden" name="confirmed" value="(\w+)"', answer.content.decode())
    return found[1]


def test_a_typed_duration_that_fits_needs_no_question(office, employee):
    fields = times(office, "17:00", "9:00") | {"duration": "16"}

    assert add(employee, fields).status_code == 302


def test_a_pause_as_long_as_the_work_is_the_only_error(office, employee):
    answer = add(employee, times(office, "9:00", "10:00", pause="60"))

    assert list(answer.context["form"].errors) == ["pause"]
    assert "1:00" in errors_of(answer, "pause")


@pytest.mark.parametrize(
    ("date", "start", "end", "minutes"),
    [
        (SPRING, "1:00", "4:00", 120),
        (SPRING - ONE_DAY, "22:00", "6:00", 420),
        (SPRING, "22:00", "6:00", 480),
        (AUTUMN, "1:00", "4:00", 240),
        (AUTUMN - ONE_DAY, "22:00", "6:00", 540),
        (AUTUMN, "3:00", "4:00", 60),
    ],
)
def test_the_night_in_which_the_clock_changes_has_its_true_duration(
    office, employee, date, start, end, minutes
):
    add(employee, times(office, start, end, date=date.isoformat()))

    assert TimeEntry.objects.get().minutes == minutes


def test_the_true_duration_of_a_night_is_accepted_and_the_apparent_one_refused(office, employee):
    fields = times(office, "22:00", "6:00", date=(SPRING - ONE_DAY).isoformat())

    refused = add(employee, {**fields, "duration": "8"})

    assert "give 7:00" in errors_of(refused, "duration")
    assert add(employee, {**fields, "duration": "7"}).status_code == 302


@pytest.mark.parametrize(
    ("date", "start", "end", "field"),
    [
        (SPRING, "2:30", "4:00", "start"),
        (SPRING, "1:00", "2:15", "end"),
        (SPRING - ONE_DAY, "22:00", "2:00", "end"),
    ],
)
def test_a_time_that_the_clock_skips_is_refused(office, employee, date, start, end, field):
    answer = add(employee, times(office, start, end, date=date.isoformat()))

    assert "does not exist on 29-03-2026" in errors_of(answer, field)


@pytest.mark.parametrize(
    ("date", "start", "end", "readings"),
    [
        (AUTUMN, "1:00", "2:30", ("1:30", "2:30")),
        (AUTUMN, "2:30", "4:00", ("1:30", "2:30")),
        (AUTUMN, "2:15", "2:45", ("0:30", "1:30")),
        (AUTUMN - ONE_DAY, "22:00", "2:00", ("4:00", "5:00")),
    ],
)
def test_a_time_that_the_clock_shows_twice_is_asked_about(
    office, employee, date, start, end, readings
):
    fields = times(office, start, end, date=date.isoformat())

    answer = add(employee, fields)

    assert " or ".join(readings) in errors_of(answer, "duration")
    for duration in readings:
        TimeEntry.objects.all().delete()
        assert add(employee, {**fields, "duration": duration}).status_code == 302
        assert TimeEntry.objects.get().minutes == minutes_of(duration)


def minutes_of(shown):
    hours, minutes = shown.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize("kind", ["hours", "expenses", "trips"])
def test_a_day_in_the_future_is_asked_about(office, employee, kind):
    day = localdate() + datetime.timedelta(days=365)
    fields = a_registration(office, kind, date=day.isoformat())

    answer = add(employee, fields, kind)

    assert f"{day:%d-%m-%Y} is in the future" in errors_of(answer, "date")
    assert 'name="date"' in answer.content.decode()
    agreed = {**fields, "confirmed": confirmation(answer)}
    assert add(employee, agreed, kind).status_code == 302


def a_registration(office, kind, **changes):
    about = {"project": office.project.pk, "is_billable": "on"}
    match kind:
        case "hours":
            return typed(office, **changes)
        case "expenses":
            return {
                **about,
                "category": office.category.pk,
                "quantity": "1",
                "price": "9",
                **changes,
            }
    places = {"origin": "Utrecht", "destination": "Zwolle", "distance": "43", "kind": "business"}
    return {**about, **places, **changes}


def test_a_stored_day_in_the_future_is_not_asked_about_again(office, employee):
    day = localdate() + ONE_DAY
    answer = add(employee, typed(office, date=day.isoformat()))
    add(employee, typed(office, date=day.isoformat(), confirmed=confirmation(answer)))
    row = TimeEntry.objects.get()

    changed = typed(office, date=day.isoformat(), description="Planned")
    answer = employee.post(reverse("registrations:hour-edit", args=[row.pk]), changed)

    assert answer.status_code == 302


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01", "nonsense"])
def test_times_on_a_day_that_cannot_be_booked_are_refused_at_the_day(office, employee, date):
    answer = add(employee, times(office, "22:00", "2:00", date=date))

    assert list(answer.context["form"].errors) == ["date"]


# --- What was understood --------------------------------------------------------------------------


def understood(client, fields, kind="hour", **query):
    address = reverse(f"registrations:{kind}-understood")
    return client.post(address, fields, query_params=query).content.decode()


def test_what_was_understood_of_start_and_end_is_shown_while_typing(office, employee):
    page = understood(employee, times(office, "9.15", "17.30", pause="30"))

    assert "9:15–17:30 − 0:30 = 7:45" in page
    assert "= 9:15" in page
    assert "field-error" not in page
    assert not TimeEntry.objects.exists()


def test_an_error_is_shown_while_typing_and_an_empty_field_is_not_wrong_yet(office, employee):
    page = understood(employee, {"start": "9,15", "end": "17:30"})

    assert "“9,15” can mean 9:15 or 9:09" in page
    assert "Choose what" not in page
    assert "Choose what you worked on" in understood(
        employee, {"start": "9", "end": "17", "submitted": "1"}
    )


def test_a_question_is_shown_while_typing_and_its_tick_stays(office, employee):
    fields = times(office, "17:00", "9:00")
    page = understood(employee, fields)
    token = re.search(r'name="confirmed" value="(\w+)"', page)[1]

    again = understood(employee, {**fields, "confirmed": token})

    assert "ends the next day and is 16:00" in page
    assert re.search(rf'value="{token}"[^>]* checked', again)


def test_only_own_rows_are_read_while_typing(client_of, office, employee):
    row = TimeEntry.objects.create(
        organisation=office.organisation,
        membership=office.colleague,
        project=office.project,
        task=office.task,
        date=timezone.localdate(),
        minutes=60,
    )
    address = reverse("registrations:hour-understood")

    assert employee.post(address, query_params={"row": row.pk}).status_code == 404
    assert (
        client_of(office.colleague).post(address, query_params={"row": row.pk}).status_code == 200
    )
