"""No page draws a list of all: what is not on the page does not make it heavier."""

import re

import pytest
from django.test import Client

from accounts.models import Membership, Role, User
from customers.models import Customer
from projects.models import Project, Task
from registrations.models import TimeEntry
from tests import factories

from .test_every_page import PAGES, _address, _everything

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# More than a page of any list has, so that a list does not grow either.
MANY, MORE = 60, 300
PEOPLE = 60
# Ids and numbers such as “1–25 of 360” get a digit more.
SLACK = 1.01
# The week of everybody: whoever is not on it cannot be approved at once.
EVERYBODY = {"registrations:approvals"}
# What was exported in the first round of pages is in it.
LOG = {"audit:entry-list"}
CHOICE = re.compile(r"<option\b|<input[^>]*type=\"(?:checkbox|radio)\"")


def _add(organisation, *, work: int, people: int) -> None:
    """Create customers with a project, a task and an hour each, and employees."""
    rows = range(work)
    customers = Customer.objects.bulk_create(
        Customer(
            organisation=organisation, name=f"Klant {work}-{number}", number=f"K{work}{number}"
        )
        for number in rows
    )
    projects = Project.objects.bulk_create(
        Project(organisation=organisation, customer=customer, name=f"Werk {work}-{number}")
        for number, customer in enumerate(customers)
    )
    tasks = Task.objects.bulk_create(
        Task(organisation=organisation, name=f"Taak {work}-{number}") for number in rows
    )
    users = User.objects.bulk_create(
        User(email=f"{work}-{number}@x.example", first_name=f"Mens {work}-{number}")
        for number in range(people)
    )
    members = Membership.objects.bulk_create(
        Membership(organisation=organisation, user=user, role=Role.EMPLOYEE) for user in users
    )
    TimeEntry.objects.bulk_create(
        TimeEntry(
            organisation=organisation, project=project, task=task, membership=members[0],
            date=factories.TODAY, minutes=60, hourly_rate=95, amount=95,
        )
        for project, task in zip(projects, tasks, strict=True)
    )  # fmt: skip


def _pages(client: Client, ids: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Return how many choices each page has, and its bytes."""
    found = {}
    for name, _parts in PAGES:
        answer = client.get(_address(name, ids))
        is_page = answer.status_code == 200 and "html" in answer["Content-Type"]
        if is_page and name not in EVERYBODY | LOG:
            page = answer.content.decode()
            found[name] = len(CHOICE.findall(page)), len(page.encode())
    return found


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.EMPLOYEE])
def test_no_page_grows_with_customers_projects_tasks_and_people_that_it_does_not_show(role):
    member = factories.create_membership(role=role)
    ids = _everything(member.organisation)
    client = Client()
    client.force_login(member.user)
    _add(member.organisation, work=MANY, people=PEOPLE)
    before = _pages(client, ids)

    _add(member.organisation, work=MORE, people=PEOPLE + 1)

    after = _pages(client, ids)
    assert len(before) > (60 if role == Role.ADMINISTRATOR else 5)
    assert {name: after[name][0] for name in after} == {name: before[name][0] for name in before}
    grown = {
        name: (before[name][1], after[name][1])
        for name in after
        if after[name][1] > before[name][1] * SLACK
    }
    assert grown == {}
