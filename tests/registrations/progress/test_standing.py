"""Where the hours of a project stand: left of the budget, forecast, cost and margin."""

import datetime
import html
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from projects.models import DatedRate, RateKind
from registrations.progress.standing import Forecast, WhyNone, forecast, standing_of
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
# A Thursday; the last four whole weeks begin on 26 October.
TODAY = datetime.date(2026, 11, 26)
FIRST = datetime.date(2026, 10, 26)


@pytest.fixture
def project(office):
    office.project.budget_minutes = 100 * 60
    office.project.ends_on = datetime.date(2026, 12, 18)
    office.project.save()
    return office.project


def weeks(*hours: int) -> dict[datetime.date, int]:
    return {FIRST + 7 * n * DAY: 60 * number for n, number in enumerate(hours)}


def test_the_forecast_spreads_the_mean_of_four_whole_weeks_over_the_working_days(project):
    # 20 hours a week are 4 a working day; from 27 November to 18 December are 16 of them.
    found = forecast(weeks(20, 20, 20, 20), project=project, today=TODAY)

    assert found == Forecast(project.ends_on, (100 - 80 - 64) * 60, datetime.date(2026, 12, 3))


def test_the_week_that_is_not_over_counts_as_used_and_not_for_the_pace(project):
    found = forecast(weeks(10, 10, 10, 10, 8), project=project, today=TODAY)

    assert found == Forecast(project.ends_on, (100 - 48 - 32) * 60, None)


def test_three_weeks_of_work_have_a_pace_of_three(project):
    by_day = {FIRST + 7 * n * DAY: 600 for n in (1, 2, 3)}

    found = forecast(by_day, project=project, today=TODAY)

    assert found == Forecast(project.ends_on, (100 - 30 - 32) * 60, None)


@pytest.mark.parametrize(
    ("fields", "hours", "why"),
    [
        ({"budget_minutes": None}, weeks(20, 20, 20), WhyNone.NO_BUDGET),
        ({"ends_on": None}, weeks(20, 20, 20), WhyNone.NO_END),
        ({"ends_on": TODAY}, weeks(20, 20, 20), WhyNone.ENDED),
        ({}, {FIRST + 14 * DAY: 600}, WhyNone.TOO_SHORT),
        ({}, {}, WhyNone.TOO_SHORT),
    ],
)
def test_without_a_forecast_the_reason_is_said(project, fields, hours, why):
    for name, value in fields.items():
        setattr(project, name, value)

    assert forecast(hours, project=project, today=TODAY) is why


def test_hours_cost_what_the_employee_costs_on_their_day(office, project):
    for from_on, rate in ((FIRST, "40.00"), (FIRST + DAY, "50.00")):
        DatedRate.objects.create(
            organisation=office.organisation,
            membership=office.employee,
            kind=RateKind.COST,
            from_on=from_on,
            rate=Decimal(rate),
        )
    for day in (FIRST - DAY, FIRST, FIRST + DAY):
        factories.create_time_entry(
            project=project, task=office.task, membership=office.employee, date=day
        )

    found = standing_of(project, today=TODAY)

    assert (found.minutes, found.worth, found.cost) == (180, 285, 90)
    assert (found.costless_minutes, found.margin) == (60, 195)
    assert [(one.name, one.minutes, one.cost) for one in found.months] == [
        (datetime.date(2026, 10, 1), 180, 90)
    ]
    assert [(str(one.name), one.worth) for one in found.tasks] == [("Development", 285)]


def test_the_plot_has_a_point_for_every_week(office, project):
    for day in (FIRST, FIRST + 21 * DAY):
        factories.create_time_entry(
            project=project, task=office.task, membership=office.employee, date=day
        )

    found = standing_of(project, today=TODAY)

    assert [left for _week, left in found.weeks] == [5940, 5940, 5940, 5880]


def filled(office, project, people=2):
    today = timezone.localdate()
    for number in range(people):
        member = factories.create_membership(
            organisation=office.organisation,
            user=factories.create_user(first_name=f"Nr{number}"),
        )
        task = factories.create_task(organisation=office.organisation)
        for week in range(5):
            factories.create_time_entry(
                project=project, task=task, membership=member, date=today - 7 * week * DAY
            )


def test_the_page_says_hours_forecast_and_parts(administrator, office, project):
    project.ends_on = timezone.localdate() + 30 * DAY
    project.save()
    filled(office, project)

    page = administrator.get(reverse("registrations:project-hours", args=[project.pk]))

    html = page.content.decode()
    assert "of 100:00, 90:00 left" in html
    assert "Forecast: " in html
    assert html.count("<polyline") == 3
    assert "10:00 hours have no cost rate" in html
    assert "As a table" in html


def test_every_part_opens_its_hours_in_overview(administrator, office, project):
    filled(office, project)
    page = administrator.get(reverse("registrations:project-hours", args=[project.pk]))
    standing, url = page.context["standing"], page.context["hours_url"]

    parts = [*standing.tasks, *standing.people, *standing.months]
    assert len(parts) >= 5
    shown = html.unescape(page.content.decode())
    for part in parts:
        found = administrator.get(f"{url}&{part.query}")
        assert found.context["totals"].figure == part.minutes, part
        assert f'"{url}&{part.query}"' in shown


def test_a_manager_sees_no_cost(manager, office, project):
    filled(office, project)

    html = manager.get(reverse("registrations:project-hours", args=[project.pk])).content.decode()

    assert "At rates €" in html
    assert "Cost" not in html


def test_a_project_without_hours_or_budget_says_so(manager, office, project):
    url = reverse("registrations:project-hours", args=[project.pk])
    assert "No hours are registered on this project yet." in manager.get(url).content.decode()

    project.budget_minutes = None
    project.save()
    filled(office, project)

    html = manager.get(url).content.decode()
    assert "no budget in hours" in html
    assert "<polyline" not in html


def test_employees_and_other_organisations_do_not_open_it(employee, manager, project):
    other = factories.create_project()

    url = reverse("registrations:project-hours", args=[project.pk])
    assert employee.get(url).status_code == 403
    url = reverse("registrations:project-hours", args=[other.pk])
    assert manager.get(url).status_code == 404


@pytest.mark.parametrize("people", [1, 8])
def test_the_page_takes_at_most_twelve_queries(
    administrator, office, project, people, django_assert_max_num_queries
):
    filled(office, project, people)

    with django_assert_max_num_queries(12):
        administrator.get(reverse("registrations:project-hours", args=[project.pk]))
