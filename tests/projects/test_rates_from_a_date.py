"""A rate holds from a date on, until the next one of the same subject begins."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from projects.dated_rates import RateEdit, TripRates
from projects.models import DatedRate, Method, ProjectMember, ProjectTask, RateKind, TripSettings
from projects.rates import RateBook
from tests import factories

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 11, 16)
BEFORE = datetime.date(2026, 11, 15)
LATER = datetime.date(2027, 1, 1)
TABLE = {
    Method.TASK_RATE: ("task", "95.00"),
    Method.EMPLOYEE_RATE: ("membership", "80.00"),
    Method.PROJECT_RATE: ("project", "60.00"),
    Method.CUSTOMER_RATE: ("customer", "70.00"),
}


class Work:
    """An hour of an employee on a task of a project, by each method."""

    def __init__(self, organisation, method: str = Method.TASK_RATE) -> None:
        self.organisation = organisation
        self.task = factories.create_task(organisation=organisation)
        self.membership: Membership = factories.create_membership(
            organisation=organisation, hourly_rate=Decimal("80.00")
        )
        self.customer = factories.create_customer(
            organisation=organisation, hourly_rate=Decimal("70.00")
        )
        self.project = factories.create_project(
            customer=self.customer, method=method, hourly_rate=Decimal("60.00")
        )
        self.project_task = ProjectTask.objects.create(project=self.project, task=self.task)
        self.project_member = ProjectMember.objects.create(
            project=self.project, membership=self.membership
        )

    def set(self, name: str, from_on: datetime.date, rate: str) -> DatedRate:
        subject = {name: getattr(self, name)}
        return DatedRate.objects.create(
            organisation=self.organisation, from_on=from_on, rate=Decimal(rate), **subject
        )

    def rate(self, day: datetime.date, *, edit: RateEdit | None = None) -> Decimal | None:
        book = RateBook([self.project], edit=edit)
        return book.hourly_rate(
            project=self.project, task=self.task, membership=self.membership, day=day
        )


@pytest.mark.parametrize("method", TABLE)
def test_before_the_date_the_first_rate_holds_and_from_it_on_the_new_one(organisation, method):
    name, first = TABLE[method]
    work = Work(organisation, method)
    work.set(name, MONDAY, "100.00")

    assert [work.rate(day) for day in (BEFORE, MONDAY, LATER)] == [
        Decimal(first),
        Decimal(100),
        Decimal(100),
    ]


def test_a_rate_ends_where_the_next_begins(organisation):
    work = Work(organisation)
    work.set("task", LATER, "110.00")
    work.set("task", MONDAY, "100.00")

    assert [work.rate(day) for day in (BEFORE, MONDAY, LATER)] == [
        Decimal(95),
        Decimal(100),
        Decimal(110),
    ]


@pytest.mark.parametrize(
    ("method", "general", "own"),
    [
        (Method.TASK_RATE, "task", "project_task"),
        (Method.EMPLOYEE_RATE, "membership", "project_member"),
    ],
)
def test_a_rate_on_the_project_goes_before_a_later_one_in_general(
    organisation, method, general, own
):
    work = Work(organisation, method)
    work.set(own, MONDAY, "120.00")
    work.set(general, LATER, "100.00")

    assert work.rate(BEFORE) == Decimal(TABLE[method][1])
    assert work.rate(LATER) == Decimal(120)


def test_a_task_without_a_first_rate_has_none_before_the_date(organisation):
    work = Work(organisation)
    work.task.hourly_rate = None
    work.task.save()
    work.set("task", MONDAY, "0.00")

    assert (work.rate(BEFORE), work.rate(MONDAY)) == (None, Decimal(0))


def test_a_cost_rate_prices_no_hour(organisation):
    work = Work(organisation, Method.EMPLOYEE_RATE)
    DatedRate.objects.create(
        organisation=organisation,
        membership=work.membership,
        kind=RateKind.COST,
        from_on=BEFORE,
        rate=Decimal("45.00"),
    )

    assert work.rate(MONDAY) == Decimal(80)


def test_a_book_answers_as_if_a_change_were_saved(organisation):
    work = Work(organisation)
    old = work.set("task", MONDAY, "100.00")

    moved = RateEdit(old.subject, removes=MONDAY, from_on=LATER, rate=Decimal(105))
    removed = RateEdit(old.subject, removes=MONDAY)

    assert [work.rate(day, edit=moved) for day in (MONDAY, LATER)] == [Decimal(95), Decimal(105)]
    assert work.rate(LATER, edit=removed) == Decimal(95)
    assert work.rate(LATER) == Decimal(100)


def test_kilometres_have_rates_from_a_date_too(organisation):
    settings = TripSettings.objects.create(organisation=organisation, rate=Decimal("0.30"))
    DatedRate.objects.create(
        organisation=organisation, trip_settings=settings, from_on=MONDAY, rate=Decimal("0.35")
    )
    rates = TripRates(organisation.pk)

    assert (rates.at(BEFORE), rates.at(MONDAY)) == (Decimal("0.30"), Decimal("0.35"))


def test_the_queries_of_a_book_do_not_grow_with_its_rates(organisation, django_assert_num_queries):
    works = [Work(organisation, method) for method in TABLE for _ in range(3)]
    for work in works:
        for name in ("task", "membership", "project", "customer", "project_task"):
            for month in range(1, 12):
                work.set(name, datetime.date(2026, month, 1), "100.00")
    projects = [work.project for work in works]

    with django_assert_num_queries(3):
        book = RateBook(projects)
        for work in works:
            book.hourly_rate(
                project=work.project, task=work.task, membership=work.membership, day=MONDAY
            )


def test_the_database_refuses_two_rates_of_one_day_and_rates_of_two_or_no_subjects(organisation):
    work = Work(organisation)
    work.set("task", MONDAY, "100.00")
    wrong = [
        {"task": work.task},
        {"task": work.task, "project": work.project, "from_on": LATER},
        {"from_on": LATER},
        {"task": work.task, "from_on": LATER, "rate": Decimal(-1)},
        {"task": work.task, "from_on": LATER, "kind": RateKind.COST},
    ]

    for fields in wrong:
        values = {"from_on": MONDAY, "rate": Decimal(1), **fields}
        with pytest.raises(IntegrityError), transaction.atomic():
            DatedRate.objects.create(organisation=organisation, **values)
