"""Rounded hours on invoices: the same in lists and lines, and explained where the line decides."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.invoices.creating import draft_invoices
from billing.invoices.issuing import make_final
from billing.models import Origin
from billing.unbilled import UnbilledFilter, summarise
from billing.unbilled.items import worth_of
from billing.unbilled.lines import Grouping, compose
from lib.money import ZERO
from lib.rounding import Rounding, Unit
from registrations.models import TimeEntry
from registrations.rates.repricing import round_unbilled
from tests import factories

from .test_lines import HOURS

# What a rule makes of minutes is arithmetic; tests/registrations/rates/test_rounding.py asks both
# databases.
pytestmark = pytest.mark.once
NOW = timezone.now()
DAY = datetime.date(2026, 11, 2)
QUARTERS = Rounding(15, "up", Unit.LINE)


def final(agency, **choices):
    (draft,) = draft_invoices(agency.order(origin=Origin.HERE, **choices), now=NOW)
    return make_final(draft, by=agency.member.user, now=NOW)


def set_rule(agency, unit, *, step=15, direction="up"):
    organisation = agency.organisation
    organisation.rounding_step, organisation.rounding_unit = step, unit
    organisation.rounding_direction = direction
    organisation.save()
    TimeEntry.objects.update(is_billable=True)
    round_unbilled(organisation, by=agency.member, now=NOW)


@pytest.fixture
def worked(agency):
    """Hours of 1:10, 0:50 and 0:07 on two tasks of a project."""
    project = factories.create_project(organisation=agency.organisation, name="Website")
    design, build = (factories.create_task(organisation=agency.organisation) for _ in range(2))
    for task, minutes in ((design, 70), (build, 50), (build, 7)):
        agency.hours(project=project, task=task, minutes=minutes, date=DAY)
    return project


@pytest.mark.parametrize("unit", [Unit.ENTRY, Unit.DAY])
@pytest.mark.parametrize("grouping", list(Grouping))
def test_however_lines_are_made_rounded_hours_come_to_what_unbilled_shows(
    agency, worked, unit, grouping
):
    set_rule(agency, unit)
    shown = UnbilledFilter(until=factories.TODAY)
    unbilled = summarise(agency.organisation, agency.organisation.projects.all(), shown).total

    (proposed,) = agency.proposal(origin=Origin.HERE, grouping=grouping).invoices

    # 1:15, 1:00 and 0:15 by registration; 1:15 and 1:00 by day and task.
    assert unbilled == Decimal("225.00" if unit == Unit.ENTRY else "202.50")
    assert sum((line.net for line in proposed.lines), ZERO) == unbilled
    assert proposed.rounding == ""


@pytest.mark.parametrize(
    ("grouping", "quantities"),
    [
        (Grouping.DETAILED, ["0.25", "1.00", "1.25"]),
        (Grouping.TASK, ["1.00", "1.25"]),
        (Grouping.PROJECT, ["2.25"]),
    ],
)
def test_each_line_is_rounded_as_it_is_grouped(agency, worked, grouping, quantities):
    set_rule(agency, Unit.LINE)

    (proposed,) = agency.proposal(origin=Origin.HERE, grouping=grouping).invoices

    assert sorted(str(line.quantity) for line in proposed.lines) == quantities
    assert "The hours of each line are rounded" in proposed.rounding


def test_rounding_of_a_line_is_no_part_of_what_lists_show():
    items = [HOURS._replace(id=n, quantity=Decimal(50), rounding=QUARTERS) for n in (1, 2)]

    (line,) = compose(items, grouping=Grouping.TASK)

    assert line.quantity == Decimal("1.75")
    assert line.rounding == ((1, "90.00", 5),)
    assert worth_of(items) == Decimal("150.30")


@pytest.mark.parametrize("grouping", [Grouping.PROJECT, Grouping.TASK, Grouping.WHOLE])
def test_the_specification_names_the_rounding_and_adds_up_to_the_line(agency, worked, grouping):
    agency.hours(project=worked, minutes=20, date=DAY, hourly_rate=Decimal("120.00"))
    set_rule(agency, Unit.LINE)

    lines = list(final(agency, grouping=grouping).lines.all())

    for line in lines:
        amounts = [Decimal(row["amount"]) for row in line.specification]
        assert sum(amounts, ZERO) == line.quantity * line.price
        for row in line.specification:
            exact = Decimal(row["minutes"]) / 60 * Decimal(row["price"])
            assert abs(exact - Decimal(row["amount"])) < 1
    added = [
        row["minutes"]
        for line in lines
        for row in line.specification
        if row["description"] == "Afronding van de uren van deze regel"
    ]
    # 2:07 at 90 becomes 2:15, and 0:20 at 120 becomes 0:30.
    assert sum(added) == (10 + 8 if grouping is not Grouping.TASK else 10 + 3 + 5)


def test_a_line_that_needs_no_rounding_has_no_such_row(agency):
    agency.hours(minutes=60, date=DAY)
    set_rule(agency, Unit.LINE)

    (line,) = final(agency).lines.all()

    assert line.rounding is None
    assert [row["minutes"] for row in line.specification] == [60]


def test_what_is_changed_after_the_proposal_was_shown_is_shown_again(agency, worked):
    before = agency.proposal(origin=Origin.HERE).token
    set_rule(agency, Unit.ENTRY)

    assert agency.proposal(origin=Origin.HERE).token != before
