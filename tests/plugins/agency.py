"""An agency with its people, who can log in, and a sandbox that it is connected with."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client

from accounts.models import Membership, Organisation, Role
from integrations.models import Connection
from sandbox import Sandbox
from tests.factories import create_connection, create_membership, create_organisation


@pytest.fixture(autouse=True)
def no_attempts() -> None:
    """Forget the wrong passwords, links and invitations of other tests."""
    if isinstance(caches["default"], LocMemCache):
        cache.clear()


@pytest.fixture
def organisation(db: None) -> Organisation:
    return create_organisation()


@pytest.fixture
def administrator(organisation: Organisation) -> Membership:
    return create_membership(organisation=organisation, role=Role.ADMINISTRATOR)


@pytest.fixture
def manager(organisation: Organisation) -> Membership:
    return create_membership(organisation=organisation, role=Role.PROJECT_MANAGER)


@pytest.fixture
def client_of() -> Callable[[Membership], Client]:
    """A client in which that member is logged in."""

    def log_in(membership: Membership) -> Client:
        client = Client()
        client.force_login(membership.user, backend="accounts.login.backends.MemberBackend")
        return client

    return log_in


@pytest.fixture
def inside(client_of: Callable[[Membership], Client], administrator: Membership) -> Client:
    """A client in which the administrator is logged in."""
    return client_of(administrator)


@pytest.fixture
def eboekhouden(sandbox: Sandbox, settings: Any) -> Sandbox:
    """The sandbox, at the address that the operator set."""
    settings.EBOEKHOUDEN_URL = sandbox.url
    return sandbox


@pytest.fixture
def connection(organisation: Organisation, eboekhouden: Sandbox) -> Connection:
    """Switched on, with the right codes, not tested yet."""
    return create_connection(organisation=organisation, sandbox=eboekhouden)
