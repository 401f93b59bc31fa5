"""Prices of registrations."""

import datetime
from decimal import Decimal

import pytest

from projects.models import DatedRate, Method, TripSettings
from registrations.models import Expense, Status, TimeEntry, Timer, Trip
from registrations.rates.pricing import price
from registrations.rates.repricing import preview_repricing, reprice_unbilled
from registrations.register.repeating import repeat
from registrations.register.timing import stop
from tests import factories
from tests.interleaving import just_before

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def hours_of(office, **fields):
    return TimeEntry(
        organisation=office.organisation,
        project=office.project,
        task=office.task,
        membership=office.employee,
        **{"minutes": 50, **fields},
    )


def trip_of(office, **fields):
    return Trip(
        organisation=office.organisation, project=office.project, **{"distance": 43, **fields}
    )


def test_hours_are_worth_their_hundredths_times_the_rate(office):
    row = hours_of(office)

    price(row)

    assert (row.hourly_rate, row.amount) == (Decimal("95.00"), Decimal("78.85"))


def test_hours_of_a_task_that_is_not_billable_are_worth_nothing(office):
    office.task.is_billable = False
    row = hours_of(office)

    price(row)

    assert (row.is_billable, row.hourly_rate, row.amount) == (False, None, 0)


def test_hours_of_a_fixed_price_are_billable_but_not_by_the_row(office):
    office.project.method = Method.FIXED_PRICE
    row = hours_of(office)

    price(row)

    assert (row.is_billable, row.hourly_rate, row.amount) == (True, None, 0)


@pytest.mark.parametrize("method", [Method.TASK_RATE, Method.FIXED_PRICE, Method.SUBSCRIPTION])
def test_an_expense_is_billed_whatever_the_method(office, method):
    office.project.method = method
    row = Expense(project=office.project, quantity=Decimal("1.5"), price=Decimal("19.99"))

    price(row)

    assert row.amount == Decimal("29.99")


def test_nothing_is_billable_on_a_project_that_is_not_billed(office):
    office.project.method = Method.NONE
    rows = [
        hours_of(office),
        Expense(project=office.project, quantity=Decimal(1), price=Decimal(10)),
        trip_of(office),
    ]

    for row in rows:
        price(row)

    assert [(row.is_billable, row.amount) for row in rows] == 3 * [(False, 0)]


def test_a_trip_costs_what_the_organisation_set(office):
    TripSettings.objects.create(organisation=office.organisation, rate=Decimal("0.45"))
    row = trip_of(office)

    price(row)

    assert (row.rate, row.amount) == (Decimal("0.45"), Decimal("19.35"))


def test_without_a_setting_a_kilometre_costs_thirty_cents(office):
    row = trip_of(office)

    price(row)

    assert (row.rate, row.amount) == (Decimal("0.30"), Decimal("12.90"))


@pytest.mark.parametrize("kind", ["private", "commute"])
def test_only_business_trips_are_billable(office, kind):
    row = trip_of(office, kind=kind)

    price(row)

    assert (row.is_billable, row.amount) == (False, 0)


def test_repricing_changes_unbilled_hours_only_and_says_how_many(office):
    open_row = factories.create_time_entry(project=office.project, task=office.task)
    billed = factories.create_time_entry(
        project=office.project,
        task=office.task,
        status="invoiced",
        invoice_line=factories.create_invoice_line(project=office.project),
    )
    office.task.hourly_rate = Decimal(100)
    office.task.save()

    preview = preview_repricing(office.project)
    open_row.refresh_from_db()
    untouched = open_row.amount
    done = reprice_unbilled(office.project, by=office.manager, now=NOW)
    open_row.refresh_from_db()
    billed.refresh_from_db()

    assert preview == done
    assert (done.changed, done.before, done.after) == (1, Decimal(95), Decimal(100))
    assert (untouched, open_row.amount, billed.amount) == (Decimal(95), Decimal(100), Decimal(95))


def test_hours_that_are_billed_during_the_repricing_keep_their_price(office):
    billed, open_one = (
        factories.create_time_entry(
            project=office.project,
            task=office.task,
            membership=office.employee,
            minutes=60,
            hourly_rate=Decimal("80.00"),
            amount=Decimal("80.00"),
        )
        for _ in range(2)
    )

    def bill() -> None:
        TimeEntry.objects.filter(pk=billed.pk).update(status=Status.INVOICED)

    with just_before("UPDATE registrations_timeentry", bill):
        repriced = reprice_unbilled(office.project, by=office.manager, now=NOW)

    assert (repriced.changed, repriced.after) == (1, Decimal("95.00"))
    billed.refresh_from_db()
    open_one.refresh_from_db()
    assert (billed.amount, open_one.amount) == (Decimal("80.00"), Decimal("95.00"))


MONDAY = datetime.date(2026, 11, 16)
SUNDAY = datetime.date(2026, 11, 15)


def new_rate(office, rate="100.00", from_on=MONDAY):
    return DatedRate.objects.create(
        organisation=office.organisation, task=office.task, from_on=from_on, rate=Decimal(rate)
    )


def test_hours_have_the_rate_of_their_date(office):
    new_rate(office)
    rows = [hours_of(office, date=day, minutes=60) for day in (SUNDAY, MONDAY)]

    for row in rows:
        price(row)

    assert [row.hourly_rate for row in rows] == [Decimal(95), Decimal(100)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(SUNDAY, "80.00"), (MONDAY, "100.00")],
    ids=["keeps what was agreed", "over the border of two rates"],
)
def test_hours_moved_over_the_border_of_two_rates_get_the_rate_of_their_new_date(
    office, day, expected
):
    new_rate(office)
    before = hours_of(office, date=datetime.date(2026, 11, 10), hourly_rate=Decimal(80))
    row = hours_of(office, date=day, minutes=60)

    price(row, before=before)

    assert (row.hourly_rate, row.amount) == (Decimal(expected), Decimal(expected))


@pytest.mark.parametrize(("day", "expected"), [(SUNDAY, "0.25"), (MONDAY, "0.35")])
def test_a_trip_moved_over_the_border_of_two_rates_gets_the_rate_of_its_new_date(
    office, day, expected
):
    settings = TripSettings.objects.create(organisation=office.organisation, rate=Decimal("0.30"))
    DatedRate.objects.create(
        organisation=office.organisation,
        trip_settings=settings,
        from_on=MONDAY,
        rate=Decimal("0.35"),
    )
    before = trip_of(office, date=datetime.date(2026, 11, 10), rate=Decimal("0.25"))
    row = trip_of(office, date=day)

    price(row, before=before)

    assert row.rate == Decimal(expected)


def test_a_copy_has_the_rate_of_its_own_date(office):
    new_rate(office)
    office.project.project_tasks.get_or_create(task=office.task)
    entry = factories.create_time_entry(
        project=office.project, task=office.task, membership=office.employee, date=SUNDAY
    )

    done = repeat([entry], days=1, by=office.employee)

    assert TimeEntry.objects.get(pk=done.ids[0]).hourly_rate == Decimal(100)


def test_a_timer_over_midnight_gives_each_day_its_rate(office):
    new_rate(office)
    office.project.project_tasks.get_or_create(task=office.task)
    zone = datetime.timezone(datetime.timedelta(hours=1))
    begin = datetime.datetime(2026, 11, 15, 23, tzinfo=zone)
    Timer.objects.create(
        membership=office.employee, project=office.project, task=office.task, started_at=begin
    )

    entries = stop(office.employee, now=begin + datetime.timedelta(hours=2))

    assert [row.hourly_rate for row in entries] == [Decimal(95), Decimal(100)]


def test_recalculating_uses_the_rate_of_the_date_of_each_row(office):
    new_rate(office)
    rows = [
        factories.create_time_entry(
            project=office.project, task=office.task, date=day, hourly_rate=Decimal(80)
        )
        for day in (SUNDAY, MONDAY)
    ]

    reprice_unbilled(office.project, by=office.manager, now=NOW)

    for row in rows:
        row.refresh_from_db()
    assert [row.hourly_rate for row in rows] == [Decimal(95), Decimal(100)]
