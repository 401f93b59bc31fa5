"""From what was done to lines: grouped as chosen, never mixing prices or terms."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.unbilled.items import Item, ItemKind, PostingRule, worth_of
from billing.unbilled.lines import Grouping, compose
from lib.money import hours, net_amount

HIGH = PostingRule(1, Decimal(21), "HOOG_VERK_21", "S", "8000", None)
HOURS = Item(
    kind=ItemKind.HOURS,
    id=1,
    project_id=1,
    project="Website",
    task_id=1,
    task="Development",
    employee="Sanne de Vries",
    date=datetime.date(2026, 11, 20),
    description="Link with the till",
    quantity=Decimal(90),
    price=Decimal("90.00"),
    code="DEV",
    rounding=None,
    posting_rule=HIGH,
)
EXPENSE = HOURS._replace(
    kind=ItemKind.EXPENSE, id=1, quantity=Decimal(1), price=Decimal("42.50"), task="Hotel"
)
TRIP = HOURS._replace(
    kind=ItemKind.TRIP,
    id=1,
    quantity=Decimal(43),
    price=Decimal("0.30"),
    description="Amsterdam – Utrecht",
)


def test_hours_of_a_task_are_one_line():
    lines = compose([HOURS, HOURS._replace(id=2, quantity=Decimal(120))], grouping=Grouping.TASK)

    (line,) = lines
    assert line.description == "Website · Development"
    assert (line.quantity, line.unit, line.net) == (Decimal("3.50"), "hour", Decimal("315.00"))


@pytest.mark.parametrize(
    ("grouping", "description"),
    [
        (Grouping.PROJECT, "Website"),
        (Grouping.EMPLOYEE, "Website · Sanne de Vries"),
        (Grouping.DAY, "Website · 20-11-2026"),
        (
            Grouping.DETAILED,
            "20-11-2026 · Sanne de Vries · Website · Development: Link with the till",
        ),
    ],
)
def test_the_description_follows_the_grouping(grouping, description):
    (line,) = compose([HOURS], grouping=grouping)

    assert line.description == description


@pytest.mark.parametrize(
    "other",
    [
        {"price": Decimal("95.00")},
        {"posting_rule": replace(HIGH, ledger_account="8010")},
        {"posting_rule": replace(HIGH, vat_rate_id=2, vat_percentage=Decimal(9))},
        {"posting_rule": replace(HIGH, cost_centre_id=7)},
    ],
)
def test_what_is_booked_differently_never_shares_a_line(other):
    lines = compose([HOURS, HOURS._replace(id=2, **other)], grouping=Grouping.PROJECT)

    assert len(lines) == 2


def test_tasks_with_other_codes_share_a_line_when_grouped_by_project():
    other = HOURS._replace(id=2, task_id=2, task="Design", code="DES")

    (line,) = compose([HOURS, other], grouping=Grouping.PROJECT)

    assert (line.code, line.task_id) == ("HOURS", None)


def test_expenses_are_a_line_each_and_trips_are_added_up():
    items = [EXPENSE, EXPENSE._replace(id=2), TRIP, TRIP._replace(id=2)]

    lines = compose(items, grouping=Grouping.PROJECT)

    assert [line.quantity for line in lines] == [Decimal(1), Decimal(1), Decimal(86)]
    assert lines[2].net == Decimal("25.80")


PARTS = st.lists(
    st.builds(
        Item._replace,
        st.sampled_from([HOURS, EXPENSE, TRIP]),
        quantity=st.integers(1, 1440).map(Decimal),
        price=st.decimals(-200, 300, places=2),
        posting_rule=st.sampled_from(
            [HIGH, replace(HIGH, vat_rate_id=2, vat_percentage=Decimal(9))]
        ),
        date=st.dates(datetime.date(2026, 10, 1), datetime.date(2026, 11, 30)),
    ),
    min_size=1,
    max_size=30,
)


@given(PARTS, st.sampled_from(list(Grouping)), st.booleans())
def test_nothing_is_lost_and_every_net_is_the_shown_quantity_times_the_price(
    items, grouping, with_week
):
    items = [item._replace(id=n) for n, item in enumerate(items)]

    lines = compose(items, grouping=grouping, with_week=with_week)

    assert sorted(item.id for line in lines for item in line.items) == list(range(len(items)))
    for line in lines:
        assert line.net == net_amount(line.quantity, line.price)


@given(PARTS, st.sampled_from([one for one in Grouping if one is not Grouping.WHOLE]))
def test_no_grouping_charges_more_or_fewer_hours(items, grouping):
    items = [item._replace(id=n) for n, item in enumerate(items)]

    lines = compose(items, grouping=grouping)

    for price in {item.price for item in items if item.kind is ItemKind.HOURS}:
        mine = [line for line in lines if line.unit == "hour" and line.price == price]
        minutes = [sum(item.quantity for item in line.items) for line in mine]
        assert sum(line.quantity for line in mine) == hours(int(sum(minutes)))
        for line, worked in zip(mine, minutes, strict=True):
            assert abs(line.quantity - worked / 60) < Decimal("0.01")


@given(PARTS, st.sampled_from(list(Grouping)))
def test_lines_differ_from_what_the_work_is_worth_by_rounding_alone(items, grouping):
    items = [item._replace(id=n) for n, item in enumerate(items)]

    lines = compose(items, grouping=grouping)

    difference = abs(sum(line.net for line in lines) - worth_of(items))
    rounded_lines = len(items) if grouping is Grouping.WHOLE else len(lines)
    assert difference <= (rounded_lines + len(items)) * Decimal("0.005")


@pytest.mark.parametrize("grouping", list(Grouping))
def test_three_times_twenty_minutes_are_an_hour_however_they_are_shown(grouping):
    work = [
        HOURS._replace(id=n, task_id=n, task=f"Task {n}", employee=f"Employee {n}",
                date=datetime.date(2026, 11, n), quantity=Decimal(20), price=Decimal("95.00"))
        for n in (1, 2, 3)
    ]  # fmt: skip

    lines = compose(work, grouping=grouping)

    assert sum(line.net for line in lines) == worth_of(work) == Decimal("95.00")


@given(PARTS)
def test_one_line_for_everything_comes_to_what_the_lines_by_project_come_to(items):
    items = [item._replace(id=n) for n, item in enumerate(items)]

    whole = compose(items, grouping=Grouping.WHOLE)
    apart = compose(items, grouping=Grouping.PROJECT)

    assert len(whole) == len({item.posting_rule for item in items})
    for line in whole:
        assert (line.quantity, line.unit) == (Decimal(1), "")
        assert line.net == sum(
            other.net for other in apart if other.posting_rule == line.posting_rule
        )


def test_one_line_names_a_few_projects_and_counts_many():
    few = [HOURS._replace(id=n, project_id=n, project=f"Project {n}") for n in range(2)]
    many = [HOURS._replace(id=n, project_id=n, project=f"Project {n}") for n in range(5)]

    (line,) = compose(few, grouping=Grouping.WHOLE)
    (other,) = compose(many, grouping=Grouping.WHOLE)

    assert (line.description, line.project_id) == ("Project 0, Project 1", None)
    assert other.description == "Work for 5 projects"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-11-16", "2026-11-22", "week 47 2026"),
        ("2026-11-02", "2026-11-22", "week 45–47 2026"),
        ("2026-12-28", "2027-01-04", "week 53 2026 – week 1 2027"),
        ("2027-01-01", "2027-01-03", "week 53 2026"),
    ],
)
def test_the_week_stands_in_the_text_when_asked(first, last, text):
    days = [datetime.date.fromisoformat(day) for day in (first, last)]
    items = [HOURS._replace(id=n, date=day) for n, day in enumerate(days)]

    (line,) = compose(items, grouping=Grouping.PROJECT, with_week=True)

    assert line.description == f"Website · {text}"


def test_what_was_bought_has_no_week_in_its_text():
    (line,) = compose([EXPENSE], grouping=Grouping.PROJECT, with_week=True)

    assert line.description == "Link with the till, 20-11-2026"
    assert "week" not in line.description
