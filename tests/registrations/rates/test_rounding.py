"""Hours are charged as their project rounds them; the worked minutes stay."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from lib.rounding import Unit
from projects.models import Method
from registrations.models import Status, TimeEntry
from registrations.rates.repricing import (
    preview_repricing,
    preview_rounding,
    reprice_unbilled,
    round_unbilled,
)
from registrations.register import registering

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 20)
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


@pytest.fixture
def rounded(office):
    """The office with a rule: quarters of an hour, up, each registration."""
    set_rule(office.organisation, 15)
    return office


def set_rule(subject, step, *, direction="up", unit=Unit.ENTRY):
    subject.rounding_step = step
    subject.rounding_direction, subject.rounding_unit = direction, unit
    subject.save()


def add(office, minutes, **fields):
    work = {"project": office.project, "task": office.task, "membership": office.employee}
    usual = {"organisation": office.organisation, "date": DAY, **work}
    entry = TimeEntry(minutes=minutes, **usual | fields)
    registering.add(entry, by=office.manager)
    return entry


def stored():
    """The worked minutes, the charged ones and the amounts, in order of registration."""
    return [
        (one.minutes, one.rounded_minutes, one.amount) for one in TimeEntry.objects.order_by("pk")
    ]


def charged():
    return [minutes for _worked, minutes, _amount in stored()]


def test_each_registration_is_rounded_and_priced_by_the_rule_of_the_organisation(rounded):
    add(rounded, 50)
    add(rounded, 61)

    assert stored() == [(50, 60, Decimal("95.00")), (61, 75, Decimal("118.75"))]


def test_the_rule_of_a_project_goes_before_that_of_the_organisation(rounded):
    set_rule(rounded.project, 60, direction="down")
    add(rounded, 110)

    assert charged() == [60]


def test_a_project_can_do_without_rounding(rounded):
    set_rule(rounded.project, 0)
    add(rounded, 50)

    assert charged() == [50]


@pytest.mark.parametrize("method", [Method.FIXED_PRICE, Method.SUBSCRIPTION, Method.NONE])
def test_hours_that_are_not_billed_by_the_hour_are_not_rounded(rounded, method):
    rounded.project.method = method
    add(rounded, 50)

    assert charged() == [50]


def test_hours_that_are_not_billable_are_not_rounded(rounded):
    add(rounded, 50, billable_choice=False)

    assert charged() == [50]


def test_a_changed_registration_is_rounded_again(rounded):
    entry = add(rounded, 50)
    entry.minutes = 80
    registering.change(entry, by=rounded.manager)

    assert stored() == [(80, 90, Decimal("142.50"))]


# --- The hours of a day on one task ---------------------------------------------------------------


@pytest.fixture
def by_day(rounded):
    set_rule(rounded.organisation, 15, unit=Unit.DAY)
    return rounded


def test_the_hours_of_a_day_on_a_task_are_rounded_together(by_day):
    first = add(by_day, 10)
    last = add(by_day, 10)
    add(by_day, 10, date=DAY + datetime.timedelta(1))
    add(by_day, 10, membership=by_day.colleague)

    assert charged() == [10, 20, 15, 15]
    assert (first.amount, last.amount) == (Decimal("23.75"), Decimal("31.35"))
    assert stored()[0][2] == Decimal("16.15")


def test_deleting_one_and_putting_it_back_rounds_the_others_again(by_day):
    add(by_day, 10)
    gone = add(by_day, 10)

    kept = TimeEntry.objects.select_related("project", "task", "membership").get(pk=gone.pk)
    registering.delete(gone, by=by_day.manager)
    assert charged() == [15]

    registering.put_back(kept, by=by_day.manager)
    assert charged() == [10, 20]


def test_moving_one_to_another_day_rounds_both_days_again(by_day):
    add(by_day, 10)
    moved = add(by_day, 10)

    moved.date = DAY - datetime.timedelta(1)
    registering.change(moved, by=by_day.manager)

    assert charged() == [15, 15]


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED])
def test_what_was_decided_keeps_what_it_has_and_counts(by_day, status):
    first = add(by_day, 20)
    TimeEntry.objects.filter(pk=first.pk).update(status=status)

    add(by_day, 5)
    assert charged() == [30, 0]  # 25 minutes are half an hour, which is charged already

    add(by_day, 10)
    assert charged() == [30, 5, 10]


def test_the_days_of_a_closed_period_stay(by_day):
    add(by_day, 20)
    by_day.organisation.closed_until = DAY
    by_day.organisation.save()
    set_rule(by_day.organisation, 60, unit=Unit.DAY)

    found = preview_rounding(by_day.organisation)

    assert (found.changed, found.locked) == (0, 1)


def test_saving_asks_the_database_as_often_for_a_full_day(by_day, django_assert_max_num_queries):
    for _number in range(8):
        add(by_day, 10)
    entry = TimeEntry(
        organisation=by_day.organisation, project=by_day.project, task=by_day.task,
        membership=by_day.employee, date=DAY, minutes=10,
    )  # fmt: skip

    with django_assert_max_num_queries(16):
        registering.add(entry, by=by_day.manager)

    assert sum(charged()) == 90


# --- A rule that changes --------------------------------------------------------------------------


def test_a_new_rule_changes_nothing_until_somebody_says_so(office):
    add(office, 50)
    set_rule(office.organisation, 15)
    assert charged() == [50]

    found = preview_rounding(office.organisation)

    assert (found.minutes_before, found.minutes_after) == (50, 60)
    assert (found.before, found.after) == (Decimal("78.85"), Decimal("95.00"))
    assert charged() == [50]
    assert round_unbilled(office.organisation, by=office.administrator, now=NOW) == found
    assert stored() == [(50, 60, Decimal("95.00"))]


def test_rounding_again_keeps_rates_and_what_is_billed_or_decided(office):
    rows = [add(office, 50) for _number in range(3)]
    TimeEntry.objects.filter(pk=rows[0].pk).update(hourly_rate=Decimal(100), amount=Decimal(83))
    TimeEntry.objects.filter(pk=rows[1].pk).update(status=Status.APPROVED)
    TimeEntry.objects.filter(pk=rows[2].pk).update(status=Status.INVOICED)
    set_rule(office.organisation, 15)

    done = round_unbilled(office.organisation, by=office.administrator, now=NOW)

    assert (done.changed, done.locked) == (1, 1)
    assert charged() == [60, 50, 50]
    assert stored()[0][2] == Decimal("100.00")


def test_recalculating_a_project_rounds_its_days(office):
    for _number in range(2):
        add(office, 10)
    set_rule(office.project, 15, unit=Unit.DAY)
    office.project.refresh_from_db()

    found = preview_repricing(office.project)
    reprice_unbilled(office.project, by=office.manager, now=NOW)

    assert (found.changed, found.minutes_after) == (1, 20)
    assert charged() == [10, 20]


def test_the_dialog_of_the_organisation_shows_it_and_rounds(office, administrator):
    add(office, 50)
    set_rule(office.organisation, 15)
    address = reverse("registrations:hours-round")

    page = administrator.get(address).content.decode()
    assert "0:50" in page
    assert "1:00" in page
    administrator.post(address)

    assert charged() == [60]


def test_the_database_refuses_rounding_of_hours_that_are_not_billed(office):
    entry = add(office, 50, billable_choice=False)

    with pytest.raises(IntegrityError), transaction.atomic():
        TimeEntry.objects.filter(pk=entry.pk).update(rounded_by=10)


# --- Pages ----------------------------------------------------------------------------------------


def test_settings_and_project_store_their_rule(office, administrator, manager):
    form = administrator.get(reverse("accounts:organisation-settings")).context["form"]
    values = {name: form[name].value() or "" for name in form.fields if name != "logo"}
    chosen = {"rounding_step": "6", "rounding_direction": "nearest", "rounding_unit": "line"}
    administrator.post(reverse("accounts:organisation-settings"), {**values, **chosen})

    office.organisation.refresh_from_db()
    assert office.organisation.rounding_step == 6
    assert office.organisation.rounding_direction == "nearest"
    assert office.organisation.rounding_unit == "line"
    office.project.refresh_from_db()
    assert office.project.rounding(office.organisation).step == 6


def test_overview_shows_worked_and_rounded_hours_and_adds_up_both(rounded, manager):
    add(rounded, 50)

    page = manager.get(reverse("registrations:overview-hours"), {"period": "all"}).content.decode()

    assert "rounded 1:00" in page
    assert 'data-minutes="50"' in page
    assert 'data-rounded="60"' in page


def test_the_export_has_both(rounded, manager):
    add(rounded, 50)
    address = reverse("registrations:overview-hours-export")

    text = b"".join(manager.get(address, {"period": "all", "format": "csv"})).decode()

    assert "Rounded hours" in text
    assert ";0.83;1.00;" in text or ",0.83,1.00," in text


def test_the_day_shows_rounded_hours_to_who_sees_no_amounts_as_overview_does(rounded, employee):
    add(rounded, 50)
    assert not rounded.employee.sees_amounts

    day = employee.get(reverse("registrations:hours"), {"date": DAY.isoformat()})
    overview = employee.get(reverse("registrations:overview-hours"), {"period": "all"})

    for page in (day, overview):
        assert "rounded 1:00" in page.content.decode()
