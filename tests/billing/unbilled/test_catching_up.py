"""A subscription that nobody billed for months is caught up with: each term once, a line each."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from billing.models import Invoice, InvoiceLine
from billing.unbilled import UnbilledFilter
from projects.models import Method, ScheduledAmount, Subscription
from projects.periods import add_months
from projects.scheduled_amounts import plan_scheduled_amounts
from tests import factories
from tests.billing.everything_unbilled import everything_unbilled

MONTHS = 14
NAMES = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def first() -> datetime.date:
    """The first day of the oldest month of the subscription."""
    return add_months(localdate().replace(day=1), 1 - MONTHS)


def subscription(agency, description="SLA"):
    project = factories.create_project(organisation=agency.organisation, method=Method.SUBSCRIPTION)
    Subscription.objects.create(
        project=project,
        frequency="month",
        starts_on=first(),
        description=description,
        price=Decimal("99.99"),
    )
    plan_scheduled_amounts(project, today=localdate())
    return project


def bill(inside, *projects):
    asked = {"projects": [project.pk for project in projects], "until": localdate().isoformat()}
    shown = inside.post(reverse("billing:invoice-from-rows"), asked)
    choices = {"grouping": "task", "per": "customer", "date": localdate().isoformat()}
    token = {"token": shown.context["proposal"].token}
    inside.post(reverse("billing:invoice-draft"), asked | choices | token)


def periods_in_words(language):
    days = [add_months(first(), number) for number in range(MONTHS)]
    return [f"{NAMES[language].split()[day.month - 1]} {day.year}" for day in days]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_fourteen_months_late_are_fourteen_lines_each_with_its_period(inside, agency, language):
    agency.organisation.language = language
    agency.organisation.save(update_fields=["language"])
    project = subscription(agency)

    bill(inside, project)

    lines = list(Invoice.objects.get().lines.all())
    assert [line.description for line in lines] == [
        f"{project.name} · SLA, {period}" for period in periods_in_words(language)
    ]
    assert {line.net for line in lines} == {Decimal("99.99")}
    assert Invoice.objects.get().net == MONTHS * Decimal("99.99")


def test_no_term_is_billed_twice_however_often_it_is_planned_and_asked_for(inside, agency):
    project = subscription(agency)

    for _time in range(3):
        bill(inside, project)
        plan_scheduled_amounts(project, today=localdate())

    assert InvoiceLine.objects.count() == MONTHS
    assert ScheduledAmount.objects.filter(invoice_line__isnull=False).count() == MONTHS
    assert not everything_unbilled(agency.organisation, UnbilledFilter(until=localdate()))


def test_a_draft_that_is_thrown_away_gives_its_terms_back_once(inside, agency):
    project = subscription(agency)
    bill(inside, project)

    url = reverse("billing:invoice-change", args=[Invoice.objects.get().pk, "delete"])
    inside.post(url)

    (customer,) = everything_unbilled(agency.organisation, UnbilledFilter(until=localdate()))
    assert customer.projects[0].scheduled_count == MONTHS


def test_many_subscriptions_are_caught_up_with_at_once(inside, agency):
    projects = [subscription(agency) for _number in range(12)]

    bill(inside, *projects)

    assert Invoice.objects.count() == 12
    assert InvoiceLine.objects.count() == 12 * MONTHS
    assert sum(invoice.net for invoice in Invoice.objects.all()) == 12 * MONTHS * Decimal("99.99")


def test_the_list_says_from_which_to_which_month(agency):
    subscription(agency)

    (customer,) = everything_unbilled(agency.organisation, UnbilledFilter(until=localdate()))

    part = customer.projects[0]
    assert part.scheduled_count == MONTHS
    assert part.when == f"{first():%b} {first().year} – {localdate():%b} {localdate().year}"
