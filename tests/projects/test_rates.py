"""The price of an hour for each invoicing method."""

from decimal import Decimal

import pytest

from accounts.models import Membership
from projects.models import Method, Project, ProjectMember, ProjectTask, Task
from projects.rates import RateBook
from tests.factories import (
    TODAY,
    create_customer,
    create_membership,
    create_project,
    create_task,
)

pytestmark = pytest.mark.django_db


def hourly_rate(*, project, **work):
    """The rate of an hour on a task of the project."""
    return RateBook([project]).hourly_rate(project=project, **work)


@pytest.fixture
def task(organisation) -> Task:
    return create_task(organisation=organisation, name="Design", hourly_rate=Decimal("95.00"))


@pytest.fixture
def membership(organisation) -> Membership:
    return create_membership(organisation=organisation, hourly_rate=Decimal("80.00"))


@pytest.fixture
def project(organisation) -> Project:
    customer = create_customer(
        organisation=organisation, name="Van Dam", hourly_rate=Decimal("70.00")
    )
    return create_project(customer=customer, name="Website", hourly_rate=Decimal("60.00"))


@pytest.mark.parametrize(
    ("method", "rate"),
    [
        (Method.TASK_RATE, "95.00"),
        (Method.EMPLOYEE_RATE, "80.00"),
        (Method.PROJECT_RATE, "60.00"),
        (Method.CUSTOMER_RATE, "70.00"),
        (Method.NONE, None),
        (Method.FIXED_PRICE, None),
        (Method.FIXED_PRICE_TASKS, None),
        (Method.INSTALMENTS, None),
        (Method.SUBSCRIPTION, None),
    ],
)
def test_the_method_says_whose_rate_it_is(project, task, membership, method, rate):
    project.method = method

    found = hourly_rate(project=project, task=task, membership=membership, day=TODAY)

    assert found == (rate and Decimal(rate))


def test_the_rate_of_a_task_on_this_project_goes_before_that_of_the_task(project, task, membership):
    ProjectTask.objects.create(project=project, task=task, hourly_rate=Decimal("110.00"))

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) == Decimal(
        "110.00"
    )


def test_a_task_on_a_project_without_an_own_rate_has_that_of_the_task(project, task, membership):
    ProjectTask.objects.create(project=project, task=task)

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) == Decimal(
        "95.00"
    )


def test_a_rate_of_nothing_is_a_rate(project, task, membership):
    ProjectTask.objects.create(project=project, task=task, hourly_rate=Decimal("0.00"))

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) == Decimal(
        "0.00"
    )


def test_the_rate_on_this_project_goes_before_that_of_the_employee(project, task, membership):
    project.method = Method.EMPLOYEE_RATE
    ProjectMember.objects.create(
        project=project, membership=membership, hourly_rate=Decimal("85.00")
    )

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) == Decimal(
        "85.00"
    )


def test_a_task_that_is_not_billable_has_no_rate(project, task, membership):
    task.is_billable = False

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) is None


def test_a_task_that_is_not_billable_on_this_project_has_no_rate(project, task, membership):
    ProjectTask.objects.create(project=project, task=task, is_billable=False)

    assert hourly_rate(project=project, task=task, membership=membership, day=TODAY) is None


def test_a_book_answers_for_many_rows_without_a_query(
    organisation, membership, django_assert_num_queries
):
    projects = [create_project(organisation=organisation, method=m) for m in Method]
    tasks = [create_task(organisation=organisation) for _ in range(5)]

    with django_assert_num_queries(3):
        book = RateBook(projects)
        rates = [
            book.hourly_rate(project=project, task=task, membership=membership, day=TODAY)
            for project in projects
            for task in tasks
        ]
    assert Decimal("95.00") in rates
