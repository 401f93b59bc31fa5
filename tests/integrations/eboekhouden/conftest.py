"""Fixtures: a misbehaving server, the sandbox, and sessions with both."""

from collections.abc import Iterator

import pytest

from integrations.eboekhouden.client import Credentials, EBoekhouden
from integrations.eboekhouden.wire import Limits
from sandbox import Sandbox

from .wire_server import WireServer, wire_server

CANARIES = ("canary-user", "canary-code-one", "canary-code-two")
QUICK = Limits(connect=2.0, total=1.0, body=1024 * 1024)


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(*CANARIES)


@pytest.fixture
def server() -> Iterator[WireServer]:
    with wire_server() as running:
        yield running


@pytest.fixture
def client(server: WireServer, credentials: Credentials) -> Iterator[EBoekhouden]:
    with EBoekhouden(credentials, url=server.url, limits=QUICK) as session:
        yield session


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """A sandbox with empty books."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def login(service: Sandbox) -> Credentials:
    return Credentials(service.username, service.security_code_1, service.security_code_2)


@pytest.fixture
def eboekhouden(service: Sandbox, login: Credentials) -> Iterator[EBoekhouden]:
    """A session with that sandbox."""
    with EBoekhouden(login, url=service.url, limits=Limits(total=10.0)) as session:
        yield session
