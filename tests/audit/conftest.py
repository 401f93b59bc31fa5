"""A small agency in which everything that is recorded can be done."""

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import Role
from audit.models import Entry
from projects.models import ProjectTask, TripSettings
from tests import factories


def scene_of(organisation: Any, *, is_connected: bool = True) -> SimpleNamespace:
    """Create one of everything, without recording it."""

    def member(name: str, **fields: object) -> Any:
        user = factories.create_user(first_name=name)
        return factories.create_membership(organisation=organisation, user=user, **fields)

    vat_rate = factories.create_vat_rate(organisation=organisation)
    customer = factories.create_customer(organisation=organisation, name="Polderzicht")
    project = factories.create_project(customer=customer, name="Website 2026")
    task = factories.create_task(organisation=organisation, name="Development")
    return SimpleNamespace(
        organisation=organisation,
        administrator=member("Anna", role=Role.ADMINISTRATOR),
        manager=member("Mark", role=Role.PROJECT_MANAGER),
        employee=member("Daan"),
        vat_rate=vat_rate,
        customer=customer,
        project=project,
        task=task,
        work=ProjectTask.objects.create(project=project, task=task),
        trip_settings=TripSettings.objects.create(organisation=organisation, vat_rate=vat_rate),
        connection=factories.create_connection(organisation=organisation) if is_connected else None,
    )


@pytest.fixture
def scene(db: None) -> SimpleNamespace:
    found = scene_of(factories.create_organisation())
    assert not Entry.objects.exists()
    return found


def entries(scene: SimpleNamespace) -> list[Entry]:
    """Return what was recorded, the oldest first."""
    return list(Entry.objects.filter(organisation=scene.organisation).order_by("pk"))
