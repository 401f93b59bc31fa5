"""Unbilled hours are repriced after a change of rates, only on request."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Role
from projects.models import Method
from registrations.models import TimeEntry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.create_membership(role=Role.PROJECT_MANAGER)


@pytest.fixture
def entry(manager) -> TimeEntry:
    """An hour at 90 on a project whose rate is now 100."""
    project = factories.create_project(
        organisation=manager.organisation, method=Method.PROJECT_RATE, hourly_rate=Decimal(100)
    )
    task = factories.create_task(organisation=manager.organisation)
    project.project_tasks.create(task=task)
    return factories.create_time_entry(
        project=project,
        task=task,
        membership=manager,
        minutes=60,
        hourly_rate=Decimal(90),
        amount=Decimal(90),
    )


def test_the_dialog_says_what_changes_and_changes_nothing(client, manager, entry):
    client.force_login(manager.user)

    page = client.get(reverse("registrations:project-reprice", args=[entry.project_id]))

    assert "100.00" in page.content.decode()
    entry.refresh_from_db()
    assert entry.amount == Decimal(90)


def test_posting_prices_again(client, manager, entry):
    client.force_login(manager.user)

    client.post(reverse("registrations:project-reprice", args=[entry.project_id]))

    entry.refresh_from_db()
    assert (entry.hourly_rate, entry.amount) == (Decimal(100), Decimal(100))


def test_a_project_of_another_organisation_is_not_there(client, manager):
    client.force_login(manager.user)
    outsider = factories.create_project()

    page = client.get(reverse("registrations:project-reprice", args=[outsider.pk]))

    assert page.status_code == 404


def test_hours_without_any_rate_can_be_priced_from_their_project(client, manager, entry):
    client.force_login(manager.user)
    TimeEntry.objects.filter(pk=entry.pk).update(hourly_rate=None, amount=0)

    page = client.get(reverse("projects:project-detail", args=[entry.project_id]))

    assert (
        reverse("registrations:project-reprice", args=[entry.project_id]) in page.content.decode()
    )
