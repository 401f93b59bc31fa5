"""The page of the agency: each figure and column opens a list with the same total."""

import datetime
import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.invoices.issuing import mark_sent
from billing.reports.agency import turnover_of_year
from billing.reports.columns import FLOOR, TOP, Value, columns, round_above
from registrations.progress.agency import billable_by_week, team_hours
from tests import factories

from .conftest import DAY, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_week_48")]
AGENCY = "billing:agency"


@pytest.fixture
def person(organisation):
    found = factories.create_membership(organisation=organisation)
    factories.create_contract(membership=found)
    return found


@pytest.fixture
def boss(client_of, organisation):
    return client_of(
        factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    )


def worked(project, person, *, day=TODAY, minutes=60, **fields: object) -> None:
    about = {"project": project, "membership": person, "date": day, "minutes": minutes}
    factories.create_time_entry(**about, **fields)


def invoiced(project, by, *, day, net: int) -> None:
    line = factories.create_invoice_line(project=project, net=Decimal(net), price=Decimal(net))
    line.invoice.date = day
    line.invoice.due_on = day + 30 * DAY
    line.invoice.save()
    mark_sent(line.invoice, by=by.user, now=timezone.now())


def test_the_billable_share_is_that_of_the_registered_hours_of_a_week(project, person):
    worked(project, person, day=TODAY, minutes=300)
    worked(project, person, day=TODAY - 3 * DAY, minutes=100, is_billable=False)
    worked(project, person, day=TODAY - 7 * DAY, minutes=50, is_billable=False)
    worked(project, person, day=TODAY - 100 * DAY, minutes=999)

    weeks = billable_by_week(project.organisation, today=TODAY)

    assert len(weeks) == 12
    assert [(one.minutes, one.percent, one.is_over) for one in weeks[-3:]] == [
        (0, None, True),
        (50, 0, True),
        (400, 75, False),
    ]


def test_missing_hours_are_those_of_days_before_today(organisation, project, person):
    worked(project, person, day=TODAY - 3 * DAY, minutes=600)
    worked(project, person, day=TODAY - DAY, minutes=400)
    factories.create_membership(organisation=organisation)

    found = team_hours(organisation, today=TODAY)

    assert (found.first, found.last) == (TODAY - 3 * DAY, TODAY - DAY)
    (one,) = found.people
    # A long Monday takes nothing off the Tuesday without hours.
    assert (one.expected, one.registered, one.missing) == (1440, 1000, 560)


def test_on_a_monday_it_is_the_week_before(organisation, person):
    monday = TODAY - 3 * DAY

    found = team_hours(organisation, today=monday)

    assert (found.first, found.last) == (monday - 7 * DAY, monday - DAY)


def test_turnover_is_compared_with_the_same_days_of_last_year(organisation, project, person):
    for year, month, day, net in (
        (2026, 1, 5, 100),
        (2026, 11, 3, 300),
        (2025, 1, 5, 50),
        (2025, 11, 26, 150),
        (2025, 11, 27, 800),
        (2025, 12, 5, 400),
    ):
        invoiced(project, person, day=datetime.date(year, month, day), net=net)

    found = turnover_of_year(organisation, today=TODAY)

    assert (found.until_today.net, found.until_today.before) == (400, 200)
    assert [(one.now, one.before) for one in found.months][::10] == [(100, 50), (300, 950)]
    assert (found.months[11].now, found.months[11].before) == (None, 400)


def totals(page) -> str:
    foot = re.search(r"<tfoot.*?</tfoot>", page.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", foot[0] if foot else page.content.decode())


def test_every_column_opens_a_list_with_the_same_total(boss, organisation, project, person):
    for week in range(3):
        worked(project, person, day=TODAY - 7 * week * DAY, minutes=90 + 7 * week)
        worked(project, person, day=TODAY - 7 * week * DAY, minutes=20, is_billable=False)
    for month in (10, 11):
        invoiced(project, person, day=datetime.date(2026, month, 3), net=100 * month)
        invoiced(project, person, day=datetime.date(2025, month, 3), net=10 * month)

    page = boss.get(reverse(AGENCY))

    links = re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"', page.content.decode())
    assert len(links) == 12 + 23
    filled = [
        (html.unescape(url), title) for url, title in links if not re.search(r"–|\W0\.00$", title)
    ]
    assert len(filled) == 3 + 4
    for url, title in filled:
        found = totals(boss.get(url))
        expected = re.search(r"billable, ([\d:]+) of|([\d.,]+)$", html.unescape(title))
        assert (expected[1] or expected[2]) in found, (url, title)


def test_the_hours_of_a_person_open_with_the_same_total(boss, project, person):
    worked(project, person, day=TODAY - DAY, minutes=400)
    worked(project, person, day=TODAY, minutes=77)

    page = boss.get(reverse(AGENCY))

    (url,) = re.findall(r'<a href="([^"]+employee=[^"]+)"', page.content.decode())
    assert boss.get(html.unescape(url)).context["totals"].figure == 400
    assert "6:40 of 24:00" in page.content.decode()


def test_the_plots_have_their_figures_in_a_table_too(boss, project, person):
    worked(project, person, minutes=90)
    invoiced(project, person, day=datetime.date(2026, 11, 3), net=1234)

    page = boss.get(reverse(AGENCY)).content.decode()

    assert page.count("As a table") == 2
    assert ">1:30</a>" in page
    assert ">1,234.00</a>" in page


def test_the_target_is_a_line_where_the_organisation_has_one(boss, organisation):
    assert "plot-target" not in boss.get(reverse(AGENCY)).content.decode()

    organisation.billable_target = 75
    organisation.save()

    page = boss.get(reverse(AGENCY)).content.decode()
    assert "plot-target" in page
    assert "target 75%" in page


def test_each_part_is_for_who_has_its_right(client_of, organisation, person):
    about = {"organisation": organisation}
    invoicer = factories.create_membership(**about, may_invoice=True)
    manager = factories.create_membership(**about, role=Role.PROJECT_MANAGER)

    for_invoicer, for_manager = (
        client_of(one).get(reverse(AGENCY)).content.decode() for one in (invoicer, manager)
    )

    assert "Turnover per month" in for_invoicer
    assert "Hours of everybody" not in for_invoicer
    assert "Turnover per month" not in for_manager
    assert "Hours of everybody" in for_manager
    assert client_of(person).get(reverse(AGENCY)).status_code == 403


def test_the_queries_do_not_grow_with_people_hours_and_invoices(
    boss, organisation, project, person
):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert boss.get(reverse(AGENCY)).status_code == 200
        return len(queries)

    worked(project, person)
    invoiced(project, person, day=TODAY, net=10)
    before = asked()
    for number in range(4):
        other = factories.create_membership(organisation=organisation)
        factories.create_contract(membership=other)
        worked(project, other, day=TODAY - 5 * number * DAY)
        invoiced(project, other, day=TODAY - 9 * number * DAY, net=10)

    assert asked() == before <= 19


@pytest.mark.once
@pytest.mark.parametrize(
    ("figure", "top"),
    [(0, 1), (1, 1), (3, 5), (12, 20), (21, 50), (440_700, 500_000), (1_000_000, 1_000_000)],
)
def test_the_axis_ends_at_a_round_number(figure, top):
    assert round_above(Decimal(figure)) == top


@pytest.mark.once
def test_columns_stand_on_zero_and_a_credit_has_no_height():
    values = [Value(Decimal(one), "/", "") for one in (100, 50, -20)]

    plot = columns([("A", values)], highest=Decimal(100), target=Decimal(75))

    assert [one.height for one in plot.groups[0].columns] == [FLOOR - TOP, (FLOOR - TOP) // 2, 0]
    assert plot.target == FLOOR - round((FLOOR - TOP) * 0.75)
    assert [one.label for one in plot.ticks] == ["0", "25", "50", "75", "100"]
