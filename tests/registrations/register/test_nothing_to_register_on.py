"""Register where projects, tasks or categories are missing; the bar of who sees no money."""

import pytest
from django.urls import reverse

from tests import factories
from tests.picking import picked_from

from .test_registering import add, errors_of, typed

pytestmark = pytest.mark.django_db


def register(client, kind="hours"):
    return client.get(reverse(f"registrations:{kind}")).content.decode()


@pytest.fixture
def bare(office):
    """A project that has no task."""
    return factories.create_project(organisation=office.organisation, name="Bare project")


def test_a_project_without_a_task_is_not_offered_for_hours(office, employee, manager, bare):
    for client in (employee, manager):
        page = register(client)
        assert picked_from(client, "hours-work") == ["Website 2026 · Development"]
        assert "Not offered, because they have no task:" in page
    assert "Ask a project manager to add a task" in register(employee)
    assert reverse("projects:project-edit", args=[bare.pk]) not in register(employee)
    assert reverse("projects:project-edit", args=[bare.pk]) in register(manager)


def test_a_project_without_a_task_is_refused_with_what_to_choose(office, employee, bare):
    answer = add(employee, typed(office, work="", work_typed="Bare project"))

    assert "No project or task with “Bare project”" in errors_of(answer, "work")


def test_a_project_of_which_all_tasks_are_inactive_is_not_offered(office, employee):
    office.task.is_active = False
    office.task.save()

    assert picked_from(employee, "hours-work") == []


def test_a_project_without_a_task_takes_expenses_and_trips(office, employee, bare):
    for kind in ("expenses", "trips"):
        assert "Bare project" in picked_from(employee, f"{kind}-projects")
        assert "Not offered" not in register(employee, kind)


@pytest.mark.parametrize("kind", ["hours", "expenses", "trips"])
def test_without_any_project_the_page_says_what_to_do(office, employee, manager, kind):
    office.project.is_archived = True
    office.project.save()

    assert "no active project to register on" in register(employee, kind)
    assert "Ask a project manager to add one" in register(employee, kind)
    assert reverse("projects:project-add") in register(manager, kind)


def test_without_any_expense_category_the_page_says_what_to_do(office, employee, manager):
    office.category.delete()

    assert "no expense category yet" in register(employee, "expenses")
    assert reverse("projects:category-add") in register(manager, "expenses")


@pytest.mark.parametrize("kind", ["hours", "expenses", "trips"])
def test_the_selection_bar_says_no_money_where_a_person_sees_none(office, employee, manager, kind):
    address = reverse(f"registrations:overview-{kind}")

    mine = employee.get(address).content.decode()
    theirs = manager.get(address).content.decode()

    assert "data-selection-bar" in mine
    assert "data-selection-total" not in mine
    assert 'data-selection-figure="amount"' not in mine
    assert "data-selection-total" in theirs
    assert 'data-selection-figure="amount"' in theirs
