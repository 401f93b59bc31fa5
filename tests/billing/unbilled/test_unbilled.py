"""Unbilled shows what can be billed by every method, and bills exactly that."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from billing.models import Booking, Invoice, State
from billing.unbilled import UnbilledFilter, unbilled_work
from projects.models import Instalment, Method, ScheduledAmount, Subscription
from projects.scheduled_amounts import plan_scheduled_amounts
from tests import factories
from tests.billing.everything_unbilled import everything_unbilled

YEAR = datetime.timedelta(days=365)


def everything() -> UnbilledFilter:
    return UnbilledFilter(until=localdate())


def subscription(connected, *, price: str = "800.00"):
    project = factories.create_project(
        organisation=connected.organisation, method=Method.SUBSCRIPTION
    )
    Subscription.objects.create(
        project=project,
        frequency="month",
        starts_on=localdate().replace(day=1),
        description="SLA support",
        price=Decimal(price),
    )
    plan_scheduled_amounts(project, until=localdate() + YEAR, today=localdate())
    return project


def instalments(connected, *amounts: str):
    project = factories.create_project(
        organisation=connected.organisation, method=Method.INSTALMENTS
    )
    for number, amount in enumerate(amounts):
        Instalment.objects.create(
            project=project,
            description=f"Part {number + 1}",
            date=localdate() + number * YEAR / 2,
            amount=Decimal(amount),
        )
    plan_scheduled_amounts(project, until=localdate() + YEAR, today=localdate())
    return project


def test_every_method_has_its_amount(connected):
    hourly = factories.create_project(organisation=connected.organisation)
    connected.hours(project=hourly, minutes=90, amount=Decimal("135.00"), date=localdate())
    factories.create_expense(project=hourly, price=Decimal("42.50"), date=localdate())
    subscription(connected)
    instalments(connected, "2700.00", "2700.00")

    shown = {
        part.project.method: part.total
        for customer in everything_unbilled(connected.organisation, everything())
        for part in customer.projects
    }

    assert shown == {
        Method.TASK_RATE: Decimal("177.50"),
        Method.SUBSCRIPTION: Decimal("800.00"),
        Method.INSTALMENTS: Decimal("2700.00"),
    }


def test_hours_of_a_subscription_are_shown_but_not_billed(connected):
    project = subscription(connected)
    connected.hours(project=project, hourly_rate=None, amount=0, minutes=60, date=localdate())

    (customer,) = everything_unbilled(connected.organisation, everything())

    assert customer.projects[0].minutes == 60
    assert customer.projects[0].total == Decimal("800.00")
    assert not unbilled_work(connected.organisation, everything()).load().hours


def test_the_figures_are_those_of_the_rows_behind_them(connected):
    connected.hours(minutes=50, amount=Decimal("74.70"), date=localdate())
    factories.create_trip(
        project=factories.create_project(organisation=connected.organisation), date=localdate()
    )
    subscription(connected)

    total = sum(
        customer.total for customer in everything_unbilled(connected.organisation, everything())
    )
    rows = unbilled_work(connected.organisation, everything())

    amounts = [row.amount for row in (*rows.time_entries, *rows.trips)]
    assert total == sum(amounts) + sum(
        scheduled.quantity * scheduled.price for scheduled in rows.scheduled_amounts
    )


def test_a_subscription_and_a_fixed_price_are_booked_once(inside, connected, sandbox):
    projects = [subscription(connected), instalments(connected, "2700.00")]
    asked = {"projects": [project.pk for project in projects], "until": localdate().isoformat()}
    choices = {"grouping": "task", "per": "customer", "date": localdate().isoformat()}

    shown = inside.post(reverse("billing:eboekhouden-dialog"), asked)
    inside.post(
        reverse("billing:eboekhouden-book"),
        asked | choices | {"token": shown.context["proposal"].token},
    )
    connected.deliver()

    assert sorted(invoice.net for invoice in sandbox.books.invoices()) == [800, 2700]
    assert not everything_unbilled(connected.organisation, everything())
    assert Booking.objects.filter(state=State.CONFIRMED, invoice__isnull=False).count() == 2
    assert ScheduledAmount.objects.filter(invoice_line__isnull=False).count() == 2


def test_a_term_that_was_billed_is_not_billed_again(inside, connected):
    project = subscription(connected)
    asked = {"projects": [project.pk], "until": localdate().isoformat()}
    choices = {"grouping": "task", "per": "customer", "date": localdate().isoformat()}
    shown = inside.post(reverse("billing:eboekhouden-dialog"), asked)
    order = asked | choices | {"token": shown.context["proposal"].token}

    for _press in range(2):
        inside.post(reverse("billing:eboekhouden-book"), order)

    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_asks_the_database_as_often_for_many_as_for_one(
    inside, connected, django_assert_max_num_queries, count
):
    for _ in range(count):
        connected.hours(date=localdate())

    with django_assert_max_num_queries(22):
        page = inside.get(reverse("billing:unbilled"))

    assert len(page.context["page"].object_list) == count


def test_nothing_to_bill_is_said(inside, connected):
    assert "Nothing to bill yet." in inside.get(reverse("billing:unbilled")).content.decode()

    connected.hours(status="written_off")
    assert "Everything is billed." in inside.get(reverse("billing:unbilled")).content.decode()


def test_projects_of_another_organisation_bring_nothing(inside, connected):
    stranger = factories.create_time_entry(date=localdate())

    shown = inside.post(reverse("billing:eboekhouden-dialog"), {"projects": [stranger.project_id]})

    assert shown.context["proposal"].is_empty


def test_each_method_is_called_by_its_name_and_its_days(connected):
    subscription(connected)
    instalments(connected, "2700.00", "2700.00")

    said = {
        part.method: part.when
        for customer in everything_unbilled(connected.organisation, everything())
        for part in customer.projects
    }

    assert said == {
        "Subscription · month": localdate().strftime("%b"),
        "Fixed price · instalment 1 of 2": f"due {localdate():%d-%m}",
    }
