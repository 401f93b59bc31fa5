"""A project → Money: earned, cost, margin, unbilled, invoiced, with the list behind each."""

import datetime
import re
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from billing.invoices.issuing import mark_sent
from billing.reports.project_money import WhyUnknown, money_of
from projects.models import DatedRate, Method, ProjectTask, RateKind, ScheduledAmount
from registrations.models import Status
from tests import factories
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
LATER = TODAY + datetime.timedelta(days=30)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(f"{TODAY}T12:00:00+01:00", tick=False):
        yield


@pytest.fixture
def person(organisation):
    found = factories.create_membership(organisation=organisation)
    DatedRate.objects.create(
        organisation=organisation,
        membership=found,
        kind=RateKind.COST,
        from_on=datetime.date(2026, 1, 1),
        rate=Decimal("40.00"),
    )
    return found


@pytest.fixture
def project(organisation):
    return factories.create_project(
        organisation=organisation, name="Webshop", budget_minutes=40 * 60, budget_amount=1000
    )


def fixed(project, *, price: object = Decimal(24000), minutes: int = 240 * 60):
    project.method, project.fixed_price = Method.INSTALMENTS, price
    project.budget_minutes = minutes
    project.save()
    return project


def instalment(project, *, amount: int, due=TODAY, **fields: object) -> ScheduledAmount:
    about = {"kind": "instalment", "key": str(amount), "description": f"Part {amount}"}
    return project.scheduled_amounts.create(**about, price=amount, due_on=due, **fields)


def worked(project, person, *, hours: int = 1, **fields: object):
    about = {"minutes": 60 * hours, "amount": Decimal(95 * hours)}
    return factories.create_time_entry(project=project, membership=person, **about | fields)


def test_an_hourly_project_earned_its_hours_expenses_and_trips_at_their_price(project, person):
    worked(project, person, hours=2)
    worked(project, person, hours=3, status=Status.WRITTEN_OFF)
    worked(project, person, hours=4, status=Status.REJECTED)
    factories.create_expense(project=project, membership=person, quantity=2, amount=Decimal(85))
    factories.create_trip(project=project, membership=person)

    found = money_of(project, today=TODAY)

    assert (found.earned.hours, found.earned.expenses, found.earned.trips) == (
        Decimal("190.00"),
        Decimal("85.00"),
        Decimal("12.90"),
    )
    # All nine hours cost 40.00, and the expense twice 42.50.
    assert (found.cost_hours, found.cost_expenses) == (360, 85)
    assert found.margin == Decimal("287.90") - 445


def test_a_fixed_price_earned_its_price_by_the_hours_spent_of_the_budget(project, person):
    for _n in range(14):
        worked(fixed(project), person, hours=14, hourly_rate=None, amount=0)

    found = money_of(project, today=TODAY)

    assert found.earned.total == Decimal("19600.00")
    assert found.margin == 19600 - 196 * 40
    assert found.margin_percent == Decimal("60.00")


def test_rejected_and_written_off_hours_earn_nothing_on_a_fixed_price_and_use_its_budget(
    project, person, inside
):
    worked(fixed(project), person, hours=120)
    worked(project, person, hours=60, status=Status.WRITTEN_OFF)
    worked(project, person, hours=60, status=Status.REJECTED)

    found = money_of(project, today=TODAY)
    page = inside.get(reverse("billing:project-money", args=[project.pk])).content.decode()

    assert found.earned.total == 12000
    assert found.cost_hours == 240 * 40
    assert found.uses[0].percent == 100
    assert "120:00 of 240:00 h" in page


def test_a_fixed_price_earned_at_most_its_price(project, person):
    worked(fixed(project, minutes=60), person, hours=9)

    assert money_of(project, today=TODAY).earned.total == 24000


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"method": Method.NONE}, WhyUnknown.NOT_BILLED),
        ({"method": Method.FIXED_PRICE}, WhyUnknown.NO_PRICE),
        (
            {"method": Method.FIXED_PRICE, "fixed_price": 100, "budget_minutes": None},
            WhyUnknown.NO_BUDGET,
        ),
    ],
)
def test_what_was_earned_is_not_guessed(project, person, fields, why):
    for name, value in fields.items():
        setattr(project, name, value)
    project.save()
    worked(project, person)

    found = money_of(project, today=TODAY)

    assert (found.earned, found.why_unknown, found.margin) == (None, why, None)


def test_the_price_of_tasks_is_the_sum_of_the_tasks(project, person, organisation):
    project.method = Method.FIXED_PRICE_TASKS
    project.save()
    for price in (600, 400, None):
        task = factories.create_task(organisation=organisation)
        ProjectTask.objects.create(project=project, task=task, fixed_price=price)
    worked(project, person, hours=20)

    assert money_of(project, today=TODAY).earned.total == 500


def test_a_subscription_earned_the_periods_until_today(project, person):
    project.method = Method.SUBSCRIPTION
    project.save()
    for amount, due in ((100, TODAY), (200, TODAY - datetime.timedelta(days=9)), (400, LATER)):
        instalment(project, amount=amount, due=due)
    instalment(project, amount=800, is_written_off=True)

    assert money_of(project, today=TODAY).earned.agreed == 300


def test_without_a_cost_rate_there_is_no_margin(project, organisation):
    worked(project, factories.create_membership(organisation=organisation))

    found = money_of(project, today=TODAY)

    assert (found.costless_minutes, found.margin) == (60, None)


def test_what_was_agreed_is_invoiced_due_or_planned(project, person):
    fixed(project, price=Decimal(1500))
    line = factories.create_invoice_line(project=project, net=Decimal(400), price=Decimal(400))
    mark_sent(line.invoice, by=person.user, now=timezone.now())
    instalment(project, amount=400, invoice_line=line)
    instalment(project, amount=500)
    instalment(project, amount=600, due=LATER)
    instalment(project, amount=700, is_written_off=True)

    found = money_of(project, today=TODAY)

    assert (found.agreed.invoiced, found.agreed.due, found.agreed.planned) == (400, 500, 600)
    assert found.unbilled.total == 500


def total_of(html: str) -> str:
    """Return the amounts in the foot of a list."""
    foot = re.search(r"<tfoot.*?</tfoot>", html, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", foot[0]) if foot else html


@pytest.fixture
def boss(client_of, organisation):
    return client_of(
        factories.create_membership(organisation=organisation, role=Role.ADMINISTRATOR)
    )


def test_every_figure_opens_a_list_with_the_same_total(boss, project, person):
    user = person.user
    line = factories.create_invoice_line(project=project, net=Decimal("333.00"), price=Decimal(333))
    mark_sent(line.invoice, by=user, now=timezone.now())
    worked(project, person, hours=2, status=Status.APPROVED)
    worked(project, person, hours=3, status=Status.INVOICED)
    worked(project, person, hours=4, status=Status.WRITTEN_OFF)
    worked(project, person, hours=1, date=TODAY + datetime.timedelta(days=2))
    factories.create_expense(project=project, membership=person)
    factories.create_trip(project=project, membership=person)

    page = boss.get(reverse("billing:project-money", args=[project.pk]))

    about = page.context
    earned, unbilled = about["money"].earned, about["money"].unbilled
    assert (earned.hours, unbilled.hours) == (570, 190)
    for urls, figures in ((about["earning_rows"], earned), (about["unbilled_rows"], unbilled)):
        for kind, url in urls.items():
            shown = f"{getattr(figures, kind):.2f}"
            assert shown in total_of(boss.get(url).content.decode()), url
    assert about["money"].invoiced == 333
    assert "333.00" in total_of(boss.get(about["invoiced_url"]).content.decode())
    assert f"{unbilled.total:.2f}" in boss.get(about["unbilled_url"]).content.decode()


def test_the_queries_do_not_grow_with_the_work(boss, project, person):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            boss.get(reverse("billing:project-money", args=[project.pk]))
        return len(queries)

    worked(project, person)
    before = asked()
    for number in range(5):
        worked(project, factories.create_membership(organisation=project.organisation))
        instalment(project, amount=number + 1)

    assert asked() == before <= 12


def test_the_page_warns_about_a_budget_in_hours_and_in_euros(boss, project, person):
    worked(project, person, hours=34)

    html = boss.get(reverse("billing:project-money", args=[project.pk])).content.decode()

    assert "85% of the budget in hours is used." in html
    assert "323% of the budget in euros is used." in html


def test_a_manager_of_own_projects_opens_the_money_of_these_only(client_of, organisation, project):
    manager = factories.create_membership(
        organisation=organisation, role=Role.PROJECT_MANAGER, manages_all_projects=False
    )
    client, url = client_of(manager), reverse("billing:project-money", args=[project.pk])
    assert client.get(url).status_code == 404

    project.managers.add(manager)

    assert client.get(url).status_code == 200
