"""One agency with its people, connected with a sandbox."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Organisation, Role
from customers.import_runs import start_import
from customers.importing import carry_out
from customers.models import ImportMode, ImportRun
from integrations.eboekhouden.sandbox import Sandbox
from integrations.models import Connection
from tests.factories import create_connection, create_membership, create_organisation

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def organisation() -> Organisation:
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
        client.force_login(
            membership.user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return log_in


@pytest.fixture
def client(client_of: Callable[[Membership], Client], administrator: Membership) -> Client:
    return client_of(administrator)


@pytest.fixture
def books(sandbox: Sandbox, settings: Any) -> Sandbox:
    """The sandbox, at the address that the operator set."""
    settings.EBOEKHOUDEN_URL = sandbox.url
    return sandbox


@pytest.fixture
def connection(organisation: Organisation, books: Sandbox) -> Connection:
    return create_connection(organisation=organisation, sandbox=books)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Every look at it is a second later."""
    moments: Iterator[datetime] = iter(NOW + timedelta(seconds=n) for n in range(100_000))
    return lambda: next(moments)


@pytest.fixture
def import_all(
    organisation: Organisation,
    connection: Connection,
    administrator: Membership,
    clock: Callable[[], datetime],
) -> Callable[..., ImportRun]:
    """Imports everything from the sandbox, start to end, and gives the run."""

    def run(mode: str = ImportMode.UPDATE) -> ImportRun:
        started = start_import(organisation, mode=mode, by=administrator.user, now=clock())
        carry_out(started.pk, clock=clock)
        started.refresh_from_db()
        return started

    return run
