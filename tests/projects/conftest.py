"""Fixtures: pages of a project manager, unless a test names another member."""

import pytest
from django.test import Client

from accounts.models import Membership
from tests.factories import create_membership, create_user


@pytest.fixture
def employee(organisation) -> Membership:
    return create_membership(
        organisation=organisation, user=create_user(first_name="Daan", last_name="Visser")
    )


@pytest.fixture
def client(client_of, manager) -> Client:
    return client_of(manager)
