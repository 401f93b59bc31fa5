"""What a set of registrations is worth: the same in lists, totals, projects and on lines."""

import datetime
import random
from decimal import Decimal

import pytest

from billing.unbilled import UnbilledFilter, summarise
from billing.unbilled.billable import billable
from billing.unbilled.items import worth_of
from billing.unbilled.lines import compose
from billing.unbilled.rows import unbilled_work
from lib.money import ZERO, net_amount, worth_of_minutes
from projects.figures import figures
from registrations import worth
from registrations.models import TimeEntry
from registrations.overview import overviews
from registrations.rates.repricing import preview_repricing
from tests import factories
from tests.billing.everything_unbilled import everything_unbilled

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 20)
EVERYTHING = UnbilledFilter(until=TODAY)


@pytest.fixture
def member(organisation):
    return factories.create_membership(organisation=organisation)


def hours_of(project, member, *minutes, rate="95.00"):
    for one in minutes:
        factories.create_time_entry(
            project=project,
            membership=member,
            date=TODAY,
            minutes=one,
            hourly_rate=Decimal(rate),
            amount=worth_of_minutes(one, Decimal(rate)),
        )


def worth_everywhere(organisation):
    """The worth of all hours in the places that show it; the projects' pages added up."""
    projects = organisation.projects.all()
    work = billable(organisation, unbilled_work(organisation, EVERYTHING).load())
    items = [item for found in work.items.values() for item in found]
    return {
        "Overview": overviews.totals(organisation.time_entries.all(), figure="minutes").amount,
        "Unbilled": sum((row.total for row in everything_unbilled(organisation, EVERYTHING)), ZERO),
        "customer": summarise(organisation, projects, EVERYTHING).total,
        "projects": sum((figures(one, today=TODAY).unbilled_hours for one in projects), ZERO),
        "invoice": worth_of(items),
    }


def test_three_times_twenty_minutes_are_worth_an_hour_everywhere(organisation, member):
    hours_of(factories.create_project(organisation=organisation), member, 20, 20, 20)

    found = worth_everywhere(organisation)

    assert set(found.values()) == {Decimal("95.00")}
    assert {row.amount for row in TimeEntry.objects.all()} == {Decimal("31.35")}


def test_hours_of_two_projects_or_rates_are_not_added_before_they_are_rounded(organisation, member):
    project = factories.create_project(organisation=organisation)
    hours_of(project, member, 20)
    hours_of(project, member, 20, rate="90.00")
    hours_of(factories.create_project(customer=project.customer), member, 20)

    assert set(worth_everywhere(organisation).values()) == {Decimal("92.40")}


@pytest.mark.parametrize("seed", range(5))
def test_every_page_shows_the_same_worth(organisation, member, seed):
    dice = random.Random(seed)
    projects = [factories.create_project(organisation=organisation) for _n in range(2)]
    for _n in range(20):
        rate = dice.choice(["95.00", "87.55", "0.01"])
        hours_of(dice.choice(projects), member, dice.randint(1, 1440), rate=rate)

    assert len(set(worth_everywhere(organisation).values())) == 1


def test_a_change_of_rate_is_previewed_by_the_same_rule(organisation, member):
    project = factories.create_project(
        organisation=organisation, method="project_rate", hourly_rate=Decimal("100.00")
    )
    hours_of(project, member, 20, 20, 20)

    found = preview_repricing(project)

    assert (found.changed, found.before, found.after) == (3, Decimal("95.00"), Decimal("100.00"))


@pytest.mark.parametrize("seed", range(3))
def test_the_database_prices_hours_by_the_same_rule_as_a_line(organisation, member, seed):
    dice = random.Random(seed)
    expected, minutes = ZERO, 0
    for _n in range(25):
        rate = Decimal(dice.randint(1, 99_999_999)).scaleb(-2)
        project = factories.create_project(organisation=organisation)
        each = [dice.randint(1, 1440) for _row in range(dice.randint(1, 3))]
        hours_of(project, member, *each, rate=rate)
        expected += worth_of_minutes(sum(each), rate)
        minutes += sum(each)

    found = worth.worth_of(organisation.time_entries.all())
    by_project = worth.worth_by(organisation.time_entries.all(), "project")

    assert (found.amount, found.minutes) == (expected, minutes)
    assert sum((one.amount for one in by_project.values()), ZERO) == expected


@pytest.mark.parametrize(
    ("minutes", "rate", "amount"),
    [(20, "0.00", "0.00"), (3, "0.10", "0.01"), (1, "99.75", "2.00"), (9, "100.50", "15.08")],
)
def test_half_a_cent_goes_up_in_the_database_too(organisation, member, minutes, rate, amount):
    project = factories.create_project(organisation=organisation)
    hours_of(project, member, minutes, rate=rate)

    found = worth.worth_of(organisation.time_entries.all()).amount

    assert (found, worth_of_minutes(minutes, Decimal(rate))) == (Decimal(amount), Decimal(amount))


def test_hours_without_a_rate_are_counted_and_worth_nothing(organisation, member):
    project = factories.create_project(organisation=organisation)
    hours_of(project, member, 60)
    TimeEntry.objects.update(hourly_rate=None)

    found = worth.worth_of(organisation.time_entries.all())

    assert (found.count, found.minutes, found.amount) == (1, 60, ZERO)
    assert worth.worth_of(organisation.trips.all()).amount == ZERO


def trips_of(project, member, *distances, rate="0.23", **fields):
    for one in distances:
        factories.create_trip(
            project=project,
            membership=member,
            date=TODAY,
            distance=Decimal(one),
            rate=Decimal(rate),
            amount=net_amount(Decimal(one), Decimal(rate)),
            **fields,
        )


def worth_of_trips_everywhere(organisation):
    projects = organisation.projects.all()
    work = billable(organisation, unbilled_work(organisation, EVERYTHING).load())
    items = [item for found in work.items.values() for item in found]
    lines = [line for found in work.items.values() for line in compose(found, grouping="task")]
    totals = overviews.totals(organisation.trips.all(), figure="distance")
    return totals.figure, {
        "Overview": totals.amount,
        "Unbilled": sum((row.total for row in everything_unbilled(organisation, EVERYTHING)), ZERO),
        "customer": summarise(organisation, projects, EVERYTHING).total,
        "invoice": worth_of(items),
        "lines": sum((line.net for line in lines), ZERO),
    }


def test_tenths_of_kilometres_lose_no_cent_between_the_list_and_the_invoice(organisation, member):
    trips_of(factories.create_project(organisation=organisation), member, "12.5", "12.5", "7.1")

    distance, found = worth_of_trips_everywhere(organisation)

    # 32.1 × 0.23 is 7.383; the rows themselves come to 2.88 + 2.88 + 1.63.
    assert (distance, set(found.values())) == (Decimal("32.1"), {Decimal("7.38")})
    assert sum(trip.amount for trip in organisation.trips.all()) == Decimal("7.39")


@pytest.mark.parametrize("seed", range(3))
def test_trips_of_every_rate_are_worth_the_same_everywhere(organisation, member, seed):
    dice = random.Random(seed)
    projects = [factories.create_project(organisation=organisation) for _n in range(2)]
    for _n in range(20):
        trips_of(
            dice.choice(projects),
            member,
            Decimal(dice.randint(1, 9999)) / 10,
            rate=dice.choice(["0.23", "0.37", "0.50"]),
        )

    _distance, found = worth_of_trips_everywhere(organisation)

    assert len(set(found.values())) == 1


def test_a_trip_that_is_not_billed_has_kilometres_and_no_worth(organisation, member):
    project = factories.create_project(organisation=organisation)
    trips_of(project, member, "10.4")
    trips_of(project, member, "99.9", kind="private", is_billable=False)

    totals = overviews.totals(organisation.trips.all(), figure="distance")

    assert (totals.figure, totals.amount) == (Decimal("110.3"), Decimal("2.39"))
