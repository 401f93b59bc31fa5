"""The tasks and the team on the form of a project: its own rows, and what is added to them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from projects.forms.rows import MOST_ROWS
from projects.models import Method, Project, ProjectTask
from tests.factories import (
    create_customer,
    create_membership,
    create_project,
    create_task,
    create_user,
)

from .test_project_pages import filled_in, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(organisation):
    return create_customer(organisation=organisation, name="Van Dam")


@pytest.fixture
def client(client_of, manager):
    return client_of(manager)


def test_the_form_of_a_project_draws_its_own_tasks_and_team_only(client, organisation, customer):
    project = create_project(customer=customer)
    mine = create_task(organisation=organisation, name="Mine")
    create_task(organisation=organisation, name="Another task")
    user = create_user(first_name="Somebody")
    create_membership(organisation=organisation, user=user)
    ProjectTask.objects.create(project=project, task=mine)

    page = client.get(url("edit", project.pk)).content.decode()

    assert "Mine" in page
    assert "Another task" not in page
    assert "Somebody" not in page


def test_what_a_new_project_starts_with_comes_along_without_a_row(client, organisation, customer):
    for number in range(MOST_ROWS + 5):
        create_task(organisation=organisation, name=f"Task {number:02}")
        create_membership(organisation=organisation)
    page = client.get(url("add")).content.decode()
    assert page.count('-chosen"') >= 2 * MOST_ROWS
    assert "And 5 more" in page
    assert "And 6 more" in page

    client.post(url("add"), filled_in(customer, more_tasks="on", more_members="on"))

    project = Project.objects.get()
    assert project.project_tasks.count() == 5
    assert project.project_members.count() == 6
    assert project.project_tasks.filter(task__name="Task 24").get().is_billable


def test_a_new_project_takes_none_of_them_if_the_box_is_not_ticked(client, organisation, customer):
    for number in range(MOST_ROWS + 5):
        create_task(organisation=organisation, name=f"Task {number:02}")

    client.post(url("add"), filled_in(customer))

    assert Project.objects.get().project_tasks.count() == 0


def test_a_task_and_an_employee_are_added_where_no_script_runs(client, organisation, customer):
    project = create_project(customer=customer)
    task = create_task(organisation=organisation, name="Advice", is_billable=False)
    member = create_membership(organisation=organisation, user=create_user(first_name="Lotte"))

    client.post(
        url("edit", project.pk),
        filled_in(customer, add_task=task.pk, add_member_typed=str(member)),
    )

    row = project.project_tasks.get()
    assert (row.task, row.is_billable) == (task, False)
    assert project.project_members.get().membership == member


def test_a_row_that_was_added_is_stored_with_its_rate(client, organisation, customer):
    project = create_project(customer=customer)
    task = create_task(organisation=organisation, name="Advice")
    fields = {
        f"task-{task.pk}-chosen": "on",
        f"task-{task.pk}-is_billable": "on",
        f"task-{task.pk}-hourly_rate": "110",
        "add_task": task.pk,
    }

    client.post(url("edit", project.pk), filled_in(customer, **fields))

    assert project.project_tasks.get().hourly_rate == Decimal(110)


def test_an_unknown_task_is_refused_at_its_field_and_nothing_is_stored(
    client, organisation, customer
):
    create_task(organisation=organisation)
    project = create_project(customer=customer, name="Before")

    answer = client.post(
        url("edit", project.pk), filled_in(customer, name="After", add_task_typed="xyz")
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No task with “xyz”. Choose from the list." in page
    assert 'value="After"' in page
    project.refresh_from_db()
    assert project.name == "Before"


@pytest.mark.parametrize("kind", ["task", "member"])
def test_rows_are_those_of_the_own_organisation(client, organisation, kind):
    ours = {
        "task": create_task(organisation=organisation),
        "member": create_membership(organisation=organisation),
    }[kind]
    theirs = {"task": create_task, "member": create_membership}[kind]()
    address = reverse("projects:project-row", args=[kind])

    answer = client.get(address, {f"add_{kind}": ours.pk, "method": Method.TASK_RATE})

    assert answer.status_code == 200
    assert f'name="{kind}-{ours.pk}-chosen"' in answer.content.decode()
    assert client.get(address, {f"add_{kind}": theirs.pk}).status_code == 404
    assert client.get(address).status_code == 404
