"""Scheduled amounts follow the agreement; billed ones stay."""

import datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.days import ONE_DAY
from projects.models import (
    Frequency,
    Instalment,
    Method,
    ProjectTask,
    ScheduledAmount,
    Subscription,
)
from projects.scheduled_amounts import (
    Outcome,
    horizon,
    plan_all,
    plan_scheduled_amounts,
    stop_scheduled_amounts,
)
from projects.tasks import plan_scheduled_amounts as plan_terms_task
from tests.factories import (
    TODAY,
    create_customer,
    create_invoice_line,
    create_organisation,
    create_project,
    create_task,
)

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
DAY = datetime.timedelta(days=1)


def create_subscription(*, organisation=None, starts_on="2026-11-01", **fields) -> Subscription:
    project = create_project(organisation=organisation, method=Method.SUBSCRIPTION)
    return Subscription.objects.create(
        project=project,
        starts_on=day(starts_on),
        description="SLA support",
        quantity=fields.pop("quantity", Decimal("2.00")),
        price=fields.pop("price", Decimal("250.00")),
        **fields,
    )


def firsts(project) -> list[str]:
    return [scheduled.key for scheduled in project.scheduled_amounts.all()]


def test_a_long_description_is_cut_and_keeps_the_name_of_its_period():
    subscription = create_subscription()
    subscription.description = "x" * 200
    subscription.save()

    plan_scheduled_amounts(subscription.project, today=TODAY)

    scheduled = subscription.project.scheduled_amounts.first()
    assert len(scheduled.description) == 200
    assert scheduled.description.endswith("x…, november 2026")


def test_a_fixed_price_is_due_at_the_end_of_the_project():
    project = create_project(
        name="Website",
        method=Method.FIXED_PRICE,
        fixed_price=Decimal("5000.00"),
        starts_on=day("2026-01-05"),
        ends_on=day("2026-12-18"),
    )

    plan_scheduled_amounts(project, today=TODAY)

    scheduled = project.scheduled_amounts.get()
    assert (scheduled.description, scheduled.due_on, scheduled.quantity, scheduled.price) == (
        "Website",
        day("2026-12-18"),
        Decimal("1.00"),
        Decimal("5000.00"),
    )


def test_a_fixed_price_without_an_end_is_due_at_the_start():
    project = create_project(
        method=Method.FIXED_PRICE, fixed_price=Decimal("5000.00"), starts_on=day("2026-12-01")
    )

    plan_scheduled_amounts(project, today=TODAY)

    assert project.scheduled_amounts.get().due_on == day("2026-12-01")


def test_a_fixed_price_without_dates_is_due_on_the_day_it_was_first_planned():
    project = create_project(method=Method.FIXED_PRICE, fixed_price=Decimal("5000.00"))

    plan_scheduled_amounts(project, today=TODAY)
    plan_scheduled_amounts(project, today=TODAY + 40 * DAY)

    assert project.scheduled_amounts.get().due_on == TODAY


def test_a_fixed_price_that_is_not_known_yet_plans_nothing():
    project = create_project(method=Method.FIXED_PRICE)

    assert plan_scheduled_amounts(project, today=TODAY) == Outcome()
    assert not project.scheduled_amounts.exists()


def test_every_task_with_a_fixed_price_is_planned():
    project = create_project(name="Website", method=Method.FIXED_PRICE_TASKS)
    design = create_task(organisation=project.organisation, name="Design")
    build = create_task(organisation=project.organisation, name="Build")
    for task, price in ((design, Decimal("1200.00")), (build, None)):
        ProjectTask.objects.create(project=project, task=task, fixed_price=price)

    plan_scheduled_amounts(project, today=TODAY)

    scheduled = project.scheduled_amounts.get()
    assert (scheduled.description, scheduled.task, scheduled.price) == (
        "Website, Design",
        design,
        Decimal("1200.00"),
    )


def test_every_instalment_is_planned_on_its_day():
    project = create_project(method=Method.INSTALMENTS)
    for description, date, amount in (
        ("Start", "2026-11-01", "2000.00"),
        ("Delivery", "2027-02-01", "3000.00"),
    ):
        Instalment.objects.create(
            project=project, description=description, date=day(date), amount=Decimal(amount)
        )

    plan_scheduled_amounts(project, today=TODAY)

    assert [
        (t.description, t.due_on.isoformat(), str(t.price)) for t in project.scheduled_amounts.all()
    ] == [
        ("Start", "2026-11-01", "2000.00"),
        ("Delivery", "2027-02-01", "3000.00"),
    ]


def test_a_subscription_is_planned_thirteen_months_ahead():
    project = create_subscription().project

    plan_scheduled_amounts(project, today=TODAY)

    assert horizon(TODAY) == day("2027-12-22")
    assert firsts(project)[0] == "2026-11-01"
    assert firsts(project)[-1] == "2027-12-01"
    assert project.scheduled_amounts.count() == 14


def test_a_period_says_what_it_is_in_the_language_of_the_organisation():
    dutch = create_organisation(language="nl")
    english = create_organisation(language="en")
    projects = [create_subscription(organisation=o).project for o in (dutch, english)]

    for project in projects:
        plan_scheduled_amounts(project, today=TODAY)

    first = [project.scheduled_amounts.first() for project in projects]
    assert [scheduled.description for scheduled in first] == [
        "SLA support, november 2026",
        "SLA support, November 2026",
    ]
    assert (first[0].quantity, first[0].price, first[0].period_until) == (
        Decimal("2.00"),
        Decimal("250.00"),
        day("2026-11-30"),
    )


def test_the_last_day_of_a_subscription_is_part_of_it():
    project = create_subscription(ends_on=day("2027-01-01")).project

    plan_scheduled_amounts(project, today=TODAY)

    assert firsts(project) == ["2026-11-01", "2026-12-01", "2027-01-01"]


def test_planning_again_changes_nothing():
    project = create_subscription().project
    plan_scheduled_amounts(project, today=TODAY)
    before = list(project.scheduled_amounts.values())

    outcome = plan_scheduled_amounts(project, today=TODAY)

    assert outcome == Outcome()
    assert list(project.scheduled_amounts.values()) == before


def test_unbilled_amounts_follow_a_new_price_and_billed_ones_do_not():
    subscription = create_subscription()
    project = subscription.project
    plan_scheduled_amounts(project, today=TODAY)
    november, december, january, *_ = project.scheduled_amounts.all()
    line = create_invoice_line(project=project)
    ScheduledAmount.objects.filter(pk=november.pk).update(invoice_line=line)
    ScheduledAmount.objects.filter(pk=december.pk).update(is_written_off=True)

    subscription.price = Decimal("300.00")
    subscription.save()
    project.refresh_from_db()
    outcome = plan_scheduled_amounts(project, today=TODAY)

    prices = dict(project.scheduled_amounts.values_list("pk", "price"))
    assert outcome == Outcome(changed=12)
    assert prices[november.pk] == prices[december.pk] == Decimal("250.00")
    assert prices[january.pk] == Decimal("300.00")


def test_a_shorter_subscription_takes_away_only_what_is_not_billed():
    subscription = create_subscription()
    project = subscription.project
    plan_scheduled_amounts(project, today=TODAY)
    december = project.scheduled_amounts.get(key="2026-12-01")
    ScheduledAmount.objects.filter(pk=december.pk).update(
        invoice_line=create_invoice_line(project=project)
    )

    subscription.ends_on = day("2026-11-15")
    subscription.save()
    project.refresh_from_db()
    plan_scheduled_amounts(project, today=TODAY)

    assert firsts(project) == ["2026-11-01", "2026-12-01"]


def test_days_that_were_billed_are_not_planned_again_under_another_period():
    subscription = create_subscription(starts_on="2026-10-01")
    project = subscription.project
    plan_scheduled_amounts(project, today=TODAY)
    project.scheduled_amounts.update(invoice_line=create_invoice_line(project=project))

    subscription.frequency = Frequency.QUARTER
    subscription.save()
    project.refresh_from_db()
    plan_scheduled_amounts(project, today=TODAY)

    assert project.scheduled_amounts.count() == 15
    assert not project.scheduled_amounts.unbilled().exists()


def test_another_way_of_invoicing_takes_away_what_is_not_billed():
    project = create_project(method=Method.FIXED_PRICE, fixed_price=Decimal("5000.00"))
    plan_scheduled_amounts(project, today=TODAY)

    project.method = Method.TASK_RATE
    outcome = plan_scheduled_amounts(project, today=TODAY)

    assert outcome == Outcome(removed=1)
    assert not project.scheduled_amounts.exists()


def test_stopping_leaves_what_was_due_already():
    project = create_subscription().project
    plan_scheduled_amounts(project, today=TODAY)

    stop_scheduled_amounts(project, today=TODAY)

    assert firsts(project) == ["2026-11-01"]


def test_the_nightly_planning_skips_archived_projects_and_customers():
    organisation = create_organisation()
    active = create_subscription(organisation=organisation).project
    archived = create_subscription(organisation=organisation).project
    archived.is_archived = True
    archived.save()
    gone = create_customer(
        organisation=organisation, archived_at=datetime.datetime.now(datetime.UTC)
    )
    create_project(customer=gone, method=Method.FIXED_PRICE, fixed_price=Decimal("10.00"))

    assert plan_all(today=TODAY) == 1
    assert set(ScheduledAmount.objects.values_list("project", flat=True)) == {active.pk}


def test_the_nightly_task_plans():
    project = create_subscription().project

    assert plan_terms_task() == 1
    assert project.scheduled_amounts.exists()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    frequency=st.sampled_from(Frequency),
    starts_on=st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 1, 1)),
    pauses=st.lists(st.integers(min_value=0, max_value=200), min_size=1, max_size=5),
    billed=st.lists(st.integers(min_value=0, max_value=30), max_size=6),
)
def test_after_any_pause_every_period_is_there_once(frequency, starts_on, pauses, billed):
    ScheduledAmount.objects.all().delete()
    project = create_subscription(starts_on=starts_on.isoformat(), frequency=frequency).project
    line = create_invoice_line(project=project)
    today = TODAY

    for pause in pauses:
        today += datetime.timedelta(days=pause)
        plan_scheduled_amounts(project, today=today)
        scheduled_amounts = list(project.scheduled_amounts.all())
        chosen = [scheduled_amounts[i].pk for i in billed if i < len(scheduled_amounts)]
        ScheduledAmount.objects.filter(pk__in=chosen).update(invoice_line=line)
    plan_scheduled_amounts(project, today=today)

    found = list(project.scheduled_amounts.order_by("due_on"))
    assert found[0].due_on == starts_on
    assert all(b.due_on == a.period_until + ONE_DAY for a, b in pairwise(found))
    assert found[-1].due_on <= horizon(today) <= found[-1].period_until


def test_a_subscription_that_was_not_agreed_yet_has_no_amounts():
    project = create_project(method=Method.SUBSCRIPTION)

    plan_scheduled_amounts(project, until=TODAY + 400 * DAY, today=TODAY)

    assert firsts(project) == []


@pytest.mark.parametrize("count", [1, 12])
def test_prices_of_many_tasks_are_planned_in_as_many_queries(count, django_assert_max_num_queries):
    project = create_project(method=Method.FIXED_PRICE_TASKS)
    for _number in range(count):
        task = create_task(organisation=project.organisation)
        ProjectTask.objects.create(project=project, task=task, fixed_price=Decimal("10.00"))
    plan_scheduled_amounts(project, today=TODAY)

    with django_assert_max_num_queries(5):
        plan_scheduled_amounts(project, today=TODAY + DAY)

    assert set(project.scheduled_amounts.values_list("due_on", flat=True)) == {TODAY}
