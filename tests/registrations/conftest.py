"""Fixtures: a small office with a project, a task, members and their browsers."""

from types import SimpleNamespace

import pytest
from django.test import Client

from accounts.models import Membership, Role
from projects.models import ProjectTask
from tests import factories


@pytest.fixture
def office(db) -> SimpleNamespace:
    organisation = factories.create_organisation()
    project = factories.create_project(organisation=organisation, name="Website 2026")
    task = factories.create_task(organisation=organisation, name="Development")
    work = ProjectTask.objects.create(project=project, task=task)

    def member(name: str, **fields: object) -> Membership:
        user = factories.create_user(first_name=name)
        return factories.create_membership(organisation=organisation, user=user, **fields)

    return SimpleNamespace(
        organisation=organisation,
        project=project,
        task=task,
        work=work,
        category=factories.create_expense_category(organisation=organisation),
        vehicle=factories.create_vehicle(organisation=organisation),
        administrator=member("Anna", role=Role.ADMINISTRATOR),
        manager=member("Mark", role=Role.PROJECT_MANAGER),
        employee=member("Sanne"),
        colleague=member("Daan"),
    )


@pytest.fixture
def manager(client_of, office) -> Client:
    return client_of(office.manager)


@pytest.fixture
def employee(client_of, office) -> Client:
    return client_of(office.employee)


@pytest.fixture
def administrator(client_of, office) -> Client:
    return client_of(office.administrator)
