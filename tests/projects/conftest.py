"""People of one agency, and a client for each."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, Organisation, Role
from tests.factories import create_membership, create_organisation, create_user


@pytest.fixture
def organisation() -> Organisation:
    return create_organisation()


@pytest.fixture
def client_of() -> Callable[[Membership], Client]:
    """A client in which that member is logged in."""

    def log_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(
            membership.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return log_in


@pytest.fixture
def manager(organisation) -> Membership:
    return create_membership(organisation=organisation, role=Role.PROJECT_MANAGER)


@pytest.fixture
def employee(organisation) -> Membership:
    return create_membership(
        organisation=organisation, user=create_user(first_name="Daan", last_name="Visser")
    )


@pytest.fixture
def client(client_of, manager) -> Client:
    return client_of(manager)
